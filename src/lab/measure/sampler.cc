// SPDX-License-Identifier: MIT
#include "lab/measure/sampler.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "core/random.h"
#include "lab/measure/batching.h"
#include "lab/measure/physics.h"
#include "lab/measure/pilot.h"
#include "lab/measure/stopping_rule.h"
#include "lab/measure/warm_up.h"

namespace assay::measure {
namespace {

constexpr double kDriftMin = 0.01;

/// Streams of the one seed, so that a longer warm-up does not shift the order of the samples.
enum SeedStream : std::uint64_t { kPilotStream, kWarmUpStream, kSampleStream };

Result<Nanoseconds> choose_sample_length(const Rig& rig, const Policy& policy, std::uint64_t seed,
                                         const Batching& batching) {
  if (policy.cache == CacheState::kFlushed) return 0ns;  // One call: see CacheState.
  if (is_all_simulated(rig)) return 0ns;
  const Nanoseconds legal = legal_sample_length(rig.instruments.calibration);
  if (policy.sample_length > 0ns) return std::max(policy.sample_length, legal);
  return pilot_sample_length(rig, policy.budget, mix_seed(seed, kPilotStream), batching)
      .context("while choosing the sample length");
}

Result<Series> choose_batches(const Rig& rig, Nanoseconds length, Batching batching) {
  ASSAY_TRY_VOID(grow_batches(rig, length, batching).context("while choosing the batch size"));
  const std::vector<std::int64_t> batches = batching.in_force();
  Series series = empty_series(batches);
  series.own_batches = std::ranges::adjacent_find(batches, std::not_equal_to()) != batches.end();
  series.sample_length = length;
  for (std::size_t arm = 0; arm < rig.arms.size(); ++arm) {
    const VirtualClock* own = rig.arms[arm]->virtual_clock();
    if (own != nullptr) series.arms[arm].simulated_by = own->source();
  }
  return series;
}

Result<void> warm_up_into(const Rig& rig, const Policy& policy, std::uint64_t seed,
                          Series& series) {
  std::vector<std::int64_t> batches;
  for (const ArmSeries& arm : series.arms)
    batches.push_back(arm.batch);
  ASSAY_TRY(const WarmUp done, warm_up(rig, policy, mix_seed(seed, kWarmUpStream), batches));
  series.warmup_samples = done.samples;
  series.reached_plateau = done.reached_plateau;
  return {};
}

Result<void> sample_until_stopped(const Rig& rig, StoppingRule rule, std::uint64_t seed,
                                  Series& series) {
  Interleaving interleaving(rig.arm_count(), mix_seed(seed, kSampleStream));
  const Nanoseconds start = rig.now();
  while (!rule.reason()) {
    ASSAY_TRY_VOID(append_round(rig, interleaving.next(), series)
                       .context("in round {}", series.order.size() + 1));
    rule.add(last_call_times(series), rig.now() - start);
  }
  series.stopped_by = *rule.reason();
  if (rule.width().is_drifting(kDriftMin)) {
    series.doubts.push_back(format("drift: the {} moved while it was sampled",
                                   rig.arm_count() == 1 ? "time" : "ratio between the arms"));
  }
  return {};
}

}  // namespace

Result<Series> sample_arms(std::span<SystemUnderTest* const> arms, const Policy& policy,
                           const Instruments& instruments, std::uint64_t seed) {
  ASSAY_CHECK(!arms.empty(), "a trial has at least one arm");
  ASSAY_TRY_VOID(validate(policy));
  const Rig rig{.arms = arms, .cache = policy.cache, .instruments = instruments};
  const Nanoseconds start = rig.now();
  ASSAY_TRY(Batching batching, time_single_calls(rig));
  ASSAY_TRY(const Nanoseconds length, choose_sample_length(rig, policy, seed, batching));
  ASSAY_TRY(Series series, choose_batches(rig, length, std::move(batching)));
  const Nanoseconds budget_left = policy.budget - (rig.now() - start);
  ASSAY_TRY_VOID(warm_up_into(rig, policy, seed, series));
  ASSAY_TRY_VOID(
      sample_until_stopped(rig, StoppingRule(policy, rig.arm_count(), budget_left), seed, series));
  std::ranges::move(doubts_about(series, instruments.calibration),
                    std::back_inserter(series.doubts));
  return series;
}

}  // namespace assay::measure
