// SPDX-License-Identifier: MIT
#include "lab/measure/clock_calibration.h"

#include <algorithm>
#include <vector>

namespace assay::measure {
namespace {

constexpr int kReads = 10'001;
constexpr int kReadsMax = 10'000'000;  // Third of a second at 30 ns: any clock ticks in that time.
constexpr int kWeightMax = 1'000;      // A sample outweighs the clock's errors a thousand to one.

struct Differences {
  std::vector<Nanoseconds> all;
  Nanoseconds smallest_step = Nanoseconds::max();
};

Differences read_back_to_back(const Clock& clock) {
  Differences differences;
  differences.all.reserve(kReads);
  Nanoseconds last = clock.now();
  for (int i = 1; i < kReads; ++i) {
    const Nanoseconds now = clock.now();
    differences.all.push_back(now - last);
    last = now;
  }
  for (const Nanoseconds difference : differences.all) {
    if (difference > 0ns) {
      differences.smallest_step = std::min(differences.smallest_step, difference);
    }
  }
  return differences;
}

/// For a clock so coarse that it stood still: two ticks, because the first may come late.
Nanoseconds wait_for_step(const Clock& clock) {
  const Nanoseconds start = clock.now();
  Nanoseconds first_tick = start;
  for (int i = 0; i < kReadsMax; ++i) {
    const Nanoseconds now = clock.now();
    if (first_tick == start) {
      first_tick = now;
    } else if (now != first_tick) {
      return now - first_tick;
    }
  }
  return 0ns;
}

}  // namespace

Result<ClockCalibration> calibrate_clock(const Clock& clock) {
  Differences differences = read_back_to_back(clock);
  if (differences.smallest_step == Nanoseconds::max()) {
    differences.smallest_step = wait_for_step(clock);
  }
  if (differences.smallest_step <= 0ns) {
    return Error::environment("the clock did not move in {} reads: nothing can be timed with it",
                              kReadsMax);
  }
  const auto middle = differences.all.begin() + (kReads - 1) / 2;
  std::nth_element(differences.all.begin(), middle, differences.all.end());
  return ClockCalibration{.resolution = differences.smallest_step, .cost = *middle};
}

Nanoseconds legal_sample_length(const ClockCalibration& calibration) {
  return std::max(calibration.resolution, 2 * calibration.cost) * kWeightMax;
}

}  // namespace assay::measure
