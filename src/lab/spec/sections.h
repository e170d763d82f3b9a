// SPDX-License-Identifier: MIT
// The sections of an experiment document, each read and checked by one function. What a function
// does not find gets its default here and nowhere else. Used by spec_from only; each takes the
// whole document and looks its own section up.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "lab/measure/policy.h"
#include "lab/spec/field.h"
#include "lab/spec/spec.h"
#include "lab/spec/vocabulary.h"

namespace assay::spec {

/// The names that the sections may use, once the workload is known.
struct Names {
  const Vocabulary& vocabulary;
  const WorkloadEntry& workload;
  std::vector<std::string> parameters;

  /// Of every workload, and of this one.
  std::vector<std::string> metrics() const;
  const Parameter* parameter(std::string_view name) const;  ///< nullptr where there is none.
  Error unknown_parameter(const Field& field) const;
};

/// In axes.cc, parameters.cc, arms.cc, policies.cc, claims.cc, figures.cc and
/// results.cc.
Result<Scalar> read_value(const Field& field, const Parameter& parameter);
Result<Factors> read_settings(const Field& map, const Names& names);
Result<Expression> read_where(const Field& parent, const std::vector<std::string>& known_names);
Result<std::vector<Axis>> read_axes(const Field& document, const Names& names);
Result<std::vector<Arm>> read_arms(const Field& document, const Names& names);
Result<std::vector<Comparison>> read_compare(const Field& document, const Names& names,
                                             const Spec& spec);
Result<measure::Policy> read_measure(const Field& document);
Result<RunPolicy> read_run(const Field& document);
Result<Expect> read_expect(const Field& document);
Result<std::vector<Claim>> read_claims(const Field& document, const Names& names, const Spec& spec);
Result<std::vector<FigureRequest>> read_figures(const Field& document, const Names& names);
Result<std::vector<TableRequest>> read_tables(const Field& document, const Names& names);
Result<ResultsRequest> read_results(const Field& document, const Names& names);

/// Every parameter is said once, or has a default that goes to `spec.params`.
Result<void> settle_parameters(const Field& document, const Names& names, Spec& spec);

/// The text at `key`, or "" where it is absent.
Result<std::string> text_or_nothing(const Field& map, std::string_view key);

}  // namespace assay::spec
