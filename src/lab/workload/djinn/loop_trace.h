// SPDX-License-Identifier: MIT
// What a loop over tokens saw: the time of each token, what the server spent on finding or making
// its plan, and how many plans it found by its own counters.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/value.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/djinn/unit_trace.h"

namespace assay::workload {

struct TokenTrace {
  Nanoseconds whole{0};  ///< From asking to the answer.
  Nanoseconds plan{0};   ///< Of it, at the server, for the plan.
};

struct LoopTrace {
  std::vector<TokenTrace> tokens;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  UnitTrace unit = {};  ///< Of the requests for tokens alone.
};

/// What loop_metrics fills, in its order.
std::vector<spec::MetricEntry> loop_metric_entries();
/// Over all tokens of the last `calls` loops. A percentile is missing below its number of tokens.
/// The first token of a loop finds nothing in an empty cache: `dispatch_warm` leaves it out.
std::vector<std::pair<std::string, Value>> loop_metrics(const std::deque<LoopTrace>& loops,
                                                        std::int64_t calls);

}  // namespace assay::workload
