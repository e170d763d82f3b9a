// SPDX-License-Identifier: MIT
#include "lab/sweep/estimate.h"

#include <gmock/gmock.h>

namespace assay::sweep {
namespace {

/// `count` trials with two arms; the last one a duplicate of the first.
Sweep sweep_of(std::int64_t count) {
  Sweep sweep;
  for (std::int64_t i = 0; i < count; ++i) {
    Trial trial;
    trial.workload = "gemm";
    trial.arms.resize(2);
    trial.arms[0] = {.name = "a", .factors = {{"k", i % (count - 1)}}};
    trial.arms[1] = {.name = "b", .factors = {{"k", i % (count - 1)}}};
    sweep.trials.push_back(std::move(trial));
  }
  sweep.duplicates.emplace_back(static_cast<std::size_t>(count - 1), 0U);
  return sweep;
}

spec::Spec spec_with(int processes) {
  spec::Spec spec;
  spec.run.processes = processes;
  spec.measure.warmup_max = 100ms;
  spec.measure.budget = 400ms;
  spec.measure.warmup_samples_min = 5;
  spec.measure.samples_min = 45;
  spec.measure.sample_length = 1ms;
  return spec;
}

TEST(Estimate, ComesFromThePolicyAtFirst) {
  const Estimate time = estimate(spec_with(3), sweep_of(11));
  EXPECT_EQ(time.trials, 10);
  EXPECT_EQ(time.trials_known, 0);
  // Ten trials in three processes: 2 arms x 50 samples x 1 ms, or warm-up and budget.
  EXPECT_NEAR(time.low.count(), 3 * (10 * 0.1 + 0.005), 1e-9);
  EXPECT_NEAR(time.high.count(), 3 * (10 * 0.5 + 0.3), 1e-9);
  EXPECT_EQ(to_text(time), "3.02 s to 15.9 s");
  EXPECT_THAT(time.assumes, ::testing::StartsWith("a trial stops between its fewest samples"));
}

TEST(Estimate, AProcessPerTrialCostsItsStart) {
  spec::Spec spec = spec_with(3);
  spec.run.isolate = spec::Isolation::kTrial;
  const Estimate time = estimate(spec, sweep_of(11));
  EXPECT_NEAR(time.high.count(), 3 * 10 * (0.5 + 0.3), 1e-9);
}

TEST(Estimate, AWidthMayAskForMoreWithinItsBudget) {
  spec::Spec spec = spec_with(3);
  const Estimate plain = estimate(spec, sweep_of(11));
  spec.run.processes_max = 9;
  EXPECT_EQ(estimate(spec, sweep_of(11)).high, plain.high) << "undecided claims are not foreseen";
  spec.run.width_target = 0.02;
  const Estimate wide = estimate(spec, sweep_of(11));
  EXPECT_EQ(wide.low, plain.low);
  EXPECT_NEAR(wide.high.count(), 3 * plain.high.count(), 1e-9);
  EXPECT_THAT(wide.assumes, ::testing::HasSubstr("until intervals are within 2 %"));
  spec.run.budget = 10s;
  EXPECT_NEAR(estimate(spec, sweep_of(11)).high.count(), plain.high.count() + 10, 1e-9);
}

TEST(Estimate, KnownTrialsTakeWhatTheyTook) {
  const Sweep sweep = sweep_of(3);
  const std::uint64_t first = key_of(sweep.trials[0]);
  const std::vector<PastDuration> one{{first, 2s}, {first, 3s}};
  const Estimate half = estimate(spec_with(1), sweep, one);
  EXPECT_EQ(half.trials_known, 1);
  EXPECT_NEAR(half.low.count(), 2 + 0.1 + 0.005, 1e-9);
  EXPECT_NEAR(half.high.count(), 3 + 3 + 0.3, 1e-9) << "the unknown one may be like the known";
  EXPECT_THAT(half.assumes, ::testing::StartsWith("1 of 2 trials take what they took before"));

  const std::vector<PastDuration> both{{first, 2s}, {key_of(sweep.trials[1]), 4s}};
  const Estimate all = estimate(spec_with(1), sweep, both);
  EXPECT_NEAR(all.low.count(), 6.005, 1e-9);
  EXPECT_EQ(all.assumes, "every trial takes what it took before");
}

TEST(Estimate, TheFewestSamplesMayExceedTheBudget) {
  spec::Spec spec = spec_with(1);
  spec.measure.samples_min = 100'000;
  const Estimate time = estimate(spec, sweep_of(4));
  EXPECT_NEAR(time.low.count(), 3 * 2 * 100'005 * 1e-3 + 0.005, 1e-6);
  EXPECT_LE(time.low, time.high);
}

}  // namespace
}  // namespace assay::sweep
