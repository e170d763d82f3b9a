// SPDX-License-Identifier: MIT
// Spec -> trials: axes crossed, filtered by `where`, arms laid over, compared pairs and A/A floors
// added, equal trials found. The same Spec always gives the same trials in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/result.h"
#include "lab/spec/spec.h"
#include "lab/sweep/trial.h"

namespace assay::sweep {

struct SweepLimits {
  /// About 3 kB each, and at the shortest budget a run of half a day: more is a mistake.
  std::int64_t trials_max = 100'000;
};

struct Sweep {
  std::vector<Trial> trials;
  /// (duplicate, original) as indexes into `trials`: equal after resolution. They are kept, so that
  /// a plan can show them; a run measures the original only and reports the other as `skipped`.
  std::vector<std::pair<std::size_t, std::size_t>> duplicates;
  std::int64_t filtered_count = 0;  ///< Points that `where` took out.
};

/// An arm of a trial against itself: "floor:k=107" for the first arm, "floor:k=107:flash" for
/// another.
Trial floor_trial(const spec::Spec& spec, const Trial& trial, std::size_t arm);

/// Whether the sweep is what `expect:` says of its trials of kind kCell. An error names both
/// counts.
Result<void> check_expected(const spec::Spec& spec, const Sweep& sweep);

/// Whether every arm of every trial is what its workload can be asked for (WorkloadEntry::check).
/// An error names the trial and the arm.
Result<void> check_factors(const Sweep& sweep, const spec::WorkloadEntry& workload);

/// A sweep over the limit is refused with its count, before anything of it is built. A `compare`
/// without a pair and a `where` that leaves nothing are errors with their place.
Result<Sweep> expand(const spec::Spec& spec, const SweepLimits& limits = {});

}  // namespace assay::sweep
