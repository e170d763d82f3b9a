// SPDX-License-Identifier: MIT
// A graph with all that is needed to run it anywhere: rules for the values of its inputs, weights
// and states, how often it runs, and how far apart two right answers may be.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "engine/graph/types.h"
#include "engine/graph/weights.h"

namespace assay::conformance {

/// Uniform between two bounds, or listed: one list a run, begun anew where it is too short.
struct ValueRule {
  double low = -1;
  double high = 1;
  std::vector<std::vector<double>> listed = {};
};

/// How far a right answer may be from the judge's.
struct Agreement {
  std::int64_t products = 1;  ///< Terms of the longest sum, for tensor::tolerance_for.
  double slack = 0;           ///< Added to that tolerance. Integers: the largest difference.
};

/// A run that has to fail, with a message that names what was wrong, and leave no trace.
struct ExpectedFailure {
  int run = -1;  ///< None.
  std::string complaint;
};

struct ModelCase {
  std::string name;
  graph::Graph graph;
  std::map<std::string, ValueRule> values;  ///< By the name of an input, weight or state.
  Agreement agreement;
  ExpectedFailure failure;
};

/// Every case runs so often: in memory of its own, in other memory, and there again with new
/// values, so that what is kept from run to run is caught when it is stale.
inline constexpr int kRuns = 3;

/// Depends on nothing but the rule, the run and the seed.
void fill(tensor::AnyView view, const ValueRule& rule, int run, std::uint64_t seed);
/// The seed of one tensor of a case.
std::uint64_t seed_of(const ModelCase& model, const std::string& name);
const ValueRule& rule_of(const ModelCase& model, const std::string& name);
Result<graph::Weights> weights_of(const ModelCase& model);

}  // namespace assay::conformance
