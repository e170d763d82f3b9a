// SPDX-License-Identifier: MIT
// A spin of known length over an invented pattern: a cliff, a period, noise of a call and of a
// process. What was planted must be found by the whole lab, and nothing else.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

/// The pattern. Times are in nanoseconds of a call.
struct PlantedPattern {
  std::int64_t x = 0;
  double base_ns = 0;   ///< Length of a call that no effect touches...
  double ns_per_x = 0;  ///< ...and what every unit of x adds to it.
  std::int64_t cliff_at =
      0;  ///< From this x on a call takes cliff_ratio times as long; 0: nowhere.
  double cliff_ratio = 1;
  std::int64_t period = 0;  ///< Every x that is no multiple of it takes period_ratio times as long.
  double period_ratio = 1;
};
/// Length of a call without noise.
double planted_ns(const PlantedPattern& pattern);

WorkloadDefinition planted_workload();

}  // namespace assay::workload
