// SPDX-License-Identifier: MIT
// The names that an experiment file may use, and what they mean. The spec does not know workloads,
// figures or claims by itself: cli/registration.cc fills a Vocabulary from the registries and hands
// it in, so that the schema stays closed and every unknown name can be answered with the nearest.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "lab/spec/factors.h"

namespace assay::spec {

enum class ParameterType : std::uint8_t { kInteger, kNumber, kFlag, kText, kChoice };

/// One parameter of a workload: the line that its documentation and its checks are made from.
struct Parameter {
  std::string name;
  ParameterType type = ParameterType::kInteger;
  std::optional<Scalar> fallback;    ///< Absent: the experiment file must say it.
  std::string about;                 ///< One sentence, with the unit.
  std::vector<std::string> choices;  ///< For kChoice.
  double minimum = -1e300;           ///< For numbers: inclusive bounds.
  double maximum = 1e300;
  /// For kText: an Error says what a text of it must be. Null: any text.
  std::function<Result<void>(const std::string&)> check = nullptr;
};

/// A number besides time that the calls of a workload say, one per process: what `y` of a figure
/// and `columns` of a table may name.
struct MetricEntry {
  std::string name;
  std::string title;
  std::string unit;  ///< As the report's metrics have it: "ns", "fraction", ...; empty: none.
};

struct WorkloadEntry {
  std::string name;
  std::string about;
  std::vector<Parameter> parameters;
  std::vector<MetricEntry> metrics = {};  ///< Of its own; those of every workload come on top.
  /// What no single parameter says: an Error where these factors of an arm do not go together.
  /// Null: all do.
  std::function<Result<void>(const Factors&)> check = nullptr;
};

struct Vocabulary {
  std::vector<WorkloadEntry> workloads;
  std::vector<std::string> figures;  ///< Kinds of figure: "line", "bars", ...
  std::vector<std::string> tables;   ///< Kinds of table.
  std::vector<std::string> metrics;  ///< What can be claimed, drawn and tabulated.
};

}  // namespace assay::spec
