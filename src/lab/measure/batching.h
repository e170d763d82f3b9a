// SPDX-License-Identifier: MIT
// How many calls make one sample. Doubled until the sample is long enough; the same for all arms,
// because different batch sizes alone shift a ratio by about a percent, unless the arms differ so
// much in speed that the slow one would take all the time.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "lab/measure/rig.h"

namespace assay::measure {

/// How the calls of each arm were found to be.
struct Batching {
  std::vector<std::int64_t> needed;       ///< Calls per sample that each arm needs by itself.
  std::vector<Nanoseconds> sample_times;  ///< Of so many calls: the faster of two timings.

  /// Nanoseconds of one call of each arm.
  std::vector<double> call_times() const;
  double slowest_call() const;
  /// More than 8x lies between the fastest and the slowest arm.
  bool differ_too_much() const;
  /// What is in force: the largest need for all arms, or each its own where they differ too much.
  std::vector<std::int64_t> in_force() const;
};

/// One call per sample, each arm timed twice.
Result<Batching> time_single_calls(const Rig& rig);

/// Doubles what each arm needs until its sample takes at least `length`, twice in a row.
Result<void> grow_batches(const Rig& rig, Nanoseconds length, Batching& batching);

}  // namespace assay::measure
