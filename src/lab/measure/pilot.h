// SPDX-License-Identifier: MIT
// How long a sample should be: the strongest knob of all. Short samples slip between the time
// slices of a busy machine; long ones drown the steps of a coarse clock. Which of the two matters
// is not guessed but tried: each length gets the same small share of the budget, and the one whose
// paired interval came out narrowest is used.
#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "lab/measure/batching.h"
#include "lab/measure/rig.h"

namespace assay::measure {

/// The lengths worth trying, rising. The first is the shortest legal one of 0.1 ms or more; with
/// work whose single call is longer it means one call. A longer one must be longer than the slowest
/// call and leave room for an interval within its share of the budget.
std::vector<Nanoseconds> lengths_to_try(const Rig& rig, const Batching& batching,
                                        Nanoseconds budget);

/// Samples in interleaved rounds at each length and returns the best. Nothing is sampled where
/// there is only one to try.
Result<Nanoseconds> pilot_sample_length(const Rig& rig, Nanoseconds budget, std::uint64_t seed,
                                        const Batching& batching);

}  // namespace assay::measure
