// SPDX-License-Identifier: MIT
// Runs the arms until their times no longer move: caches, page tables, frequency and the libraries'
// own first-call work have then settled.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "lab/measure/rig.h"

namespace assay::measure {

struct WarmUp {
  int samples = 0;  ///< Per arm.
  bool reached_plateau = false;
};

/// Of every arm the last six samples agree with the six before: their medians are within 1 %, or
/// each lies in the exact interval of the other. Six or, of samples so long that fewer of them take
/// a quarter of a second, so many, whose medians have to be within 3 %: what warms up does so
/// within such a call.
bool is_on_plateau(const Series& series);

/// Interleaved rounds: at least `warmup_samples_min`, then until the plateau or `warmup_max`.
Result<WarmUp> warm_up(const Rig& rig, const Policy& policy, std::uint64_t seed,
                       std::span<const std::int64_t> batches);

}  // namespace assay::measure
