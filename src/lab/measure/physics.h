// SPDX-License-Identifier: MIT
// What cannot be true: rates above what the machine can do, samples that the clock cannot resolve.
// A check that fails does not drop anything; it says a sentence for the record.
#pragma once

#include <string>
#include <vector>

#include "lab/measure/clock_calibration.h"
#include "lab/measure/policy.h"
#include "lab/measure/series.h"

namespace assay::measure {

/// What one call must do at least; 0: not counted.
struct CallWork {
  double flops = 0;
  double bytes = 0;
};

/// What this machine can do at most; 0: not known, then not checked.
struct MachineLimits {
  double flops_per_second_max = 0;
  double dram_bytes_per_second_max = 0;
};

/// Of the instrument itself: samples too short for the clock, a warm-up without a plateau.
std::vector<std::string> doubts_about(const Series& series, const ClockCalibration& calibration);

/// Of one arm: its median call against the limits. The memory limit binds only where the caches
/// were made cold; hot data may come from them faster.
std::vector<std::string> impossible_rates(const ArmSeries& arm, const CallWork& work,
                                          const MachineLimits& limits, CacheState cache);

}  // namespace assay::measure
