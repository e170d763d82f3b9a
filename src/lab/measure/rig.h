// SPDX-License-Identifier: MIT
// One timed sample, and one round of them: the only place where the clock is read around the work.
// Between the two readings stands `run` and nothing else; what prepares a sample and what is asked
// about it comes before and after.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "lab/measure/cache_flusher.h"
#include "lab/measure/clock_calibration.h"
#include "lab/measure/doubts.h"
#include "lab/measure/interleaving.h"
#include "lab/measure/policy.h"
#include "lab/measure/series.h"
#include "lab/measure/system_under_test.h"

namespace assay::measure {

/// What the instrument reads and does, handed in so that it can be tested on invented machines.
struct Instruments {
  const Clock& clock;
  ClockCalibration calibration;
  DoubtSource& doubts;
  CacheFlusher& flusher;
};

/// The arms as they stand before the instruments.
struct Rig {
  std::span<SystemUnderTest* const> arms;
  CacheState cache;
  const Instruments& instruments;

  int arm_count() const { return static_cast<int>(arms.size()); }
  Nanoseconds now() const { return instruments.clock.now(); }
};

struct Sample {
  Nanoseconds time{0};
  std::uint8_t doubts = kNone;
};

/// Time of `run(batch)` and nothing else, on the work's own virtual clock where it has one. The
/// machine's own clock is read without a virtual call.
Result<Nanoseconds> timed_run(const Clock& clock, SystemUnderTest& work, std::int64_t batch);

/// One sample of one arm, its caches prepared and its doubts asked for. An Error names the arm.
Result<Sample> take_sample(const Rig& rig, std::size_t arm, std::int64_t batch);

/// Whether the time of every arm is simulated.
bool is_all_simulated(const Rig& rig);

/// A series of no rounds yet, with these batch sizes.
Series empty_series(std::span<const std::int64_t> batches);

/// Samples every arm once, in this order, and appends the round to the series.
Result<void> append_round(const Rig& rig, RoundOrder order, Series& series);

/// Time of one call in the last round, per arm, in nanoseconds.
std::vector<double> last_call_times(const Series& series);

}  // namespace assay::measure
