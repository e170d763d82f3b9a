// SPDX-License-Identifier: MIT
#include "lab/analysis/samples_planner.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "core/random.h"

namespace assay::analysis {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kKey = 7;

/// What is planted: standard deviations of logs, and costs.
struct Planted {
  double between = 0.01;
  double within = 0.03;
  Nanoseconds process_cost{50ms};
  int processes = 3;
  int samples = 60;
  int arms = 2;
};

constexpr double kSampleNs = 1e6;

store::Record record_of(const Planted& planted, int replicate, Random& random) {
  store::Record record;
  record.trial_key = kKey;
  record.replicate = replicate;
  record.duration = planted.process_cost;
  for (int arm = 0; arm < planted.arms; ++arm) {
    store::ArmRecord& of_arm = record.arms.emplace_back();
    of_arm.status = store::Status::kOk;
    // Of a pair only the last arm varies: what is planted is then the spread of its log-ratio.
    const bool varies = arm + 1 == planted.arms;
    const double level = varies ? planted.between * random.normal() : 0;
    for (int i = 0; i < planted.samples; ++i) {
      const double noise = varies ? planted.within * random.normal() : 0;
      of_arm.series.samples.emplace_back(
          static_cast<std::int64_t>(kSampleNs * std::exp(level + noise)));
      record.duration += of_arm.series.samples.back();
    }
  }
  return record;
}

SamplesPlanner pilot_of(const Planted& planted, std::uint64_t seed) {
  Random random(seed);
  SamplesPlanner planner;
  for (int replicate = 0; replicate < planted.processes; ++replicate) {
    planner.add(record_of(planted, replicate, random));
  }
  return planner;
}

measure::Policy wide_policy() {
  return {.samples_min = 2, .samples_max = 100'000, .budget = 600s};
}

/// Cost of a given precision with `samples` per process: variance times time.
double price(const Planted& planted, double samples) {
  const double of_median = std::numbers::pi / 2 * planted.within * planted.within;
  const double seconds = Seconds(planted.process_cost).count() + samples * planted.arms * 1e-3;
  return (planted.between * planted.between + of_median / samples) * seconds;
}

TEST(SamplesPlanner, FindsTheCheapestPrecision) {
  for (const double between : {0.002, 0.01, 0.05}) {
    for (const double within : {0.01, 0.05, 0.2}) {
      for (const Nanoseconds process_cost : {5ms, 50ms, 500ms}) {
        Planted planted{.between = between, .within = within, .process_cost = process_cost};
        planted.processes = 200;  // Enough for the estimate itself not to be the question.
        const int samples = pilot_of(planted, 3).choose(kKey, wide_policy()).samples;
        if (samples == 0) {
          EXPECT_LT(between * between, within * within / planted.samples) << "not to be seen";
          continue;
        }
        double cheapest = price(planted, samples);
        for (double other = 2; other < 1e5; other *= 1.1) {
          cheapest = std::min(cheapest, price(planted, other));
        }
        EXPECT_LE(price(planted, samples), 1.1 * cheapest)
            << between << " between, " << within << " within: " << samples;
      }
    }
  }
}

TEST(SamplesPlanner, StaysWithinThePolicyWhateverTheProcessesSay) {
  Random random(5);
  int chosen = 0;
  for (int round = 0; round < 500; ++round) {
    Planted planted;
    planted.between = std::exp(-8 + 6 * random.uniform());
    planted.within = std::exp(-8 + 6 * random.uniform());
    planted.process_cost = Nanoseconds(static_cast<std::int64_t>(1 + random.below(1'000'000'000)));
    planted.arms = 1 + static_cast<int>(random.below(3));
    planted.samples = 2 + static_cast<int>(random.below(60));
    const measure::Policy policy{.samples_min = 12, .samples_max = 400, .budget = 300ms};
    const SamplesChoice choice = pilot_of(planted, random.below(1'000'000)).choose(kKey, policy);
    EXPECT_EQ(choice.samples == 0, choice.reason.empty());
    if (choice.samples == 0) continue;
    ++chosen;
    EXPECT_GE(choice.samples, 12);
    EXPECT_LE(choice.samples, std::max(12, 330 / planted.arms)) << "the budget, and its noise";
    EXPECT_THAT(choice.reason, HasSubstr(format("{} samples", choice.samples)));
  }
  EXPECT_GT(chosen, 100);
}

TEST(SamplesPlanner, SaysWhy) {
  const Planted planted{.between = 0.2, .within = 0.001, .process_cost = 1ms, .processes = 4};
  const measure::Policy policy{.samples_min = 12, .samples_max = 400};
  const SamplesChoice choice = pilot_of(planted, 1).choose(kKey, policy);
  EXPECT_EQ(choice.samples, 12);
  EXPECT_THAT(choice.reason, HasSubstr("12 samples (best: 1, limited): processes differ by "));
  EXPECT_THAT(choice.reason, HasSubstr(" samples (4 processes seen)"));
}

TEST(SamplesPlanner, ChoosesNothingWithoutAPilotOrWithoutRoom) {
  const measure::Policy policy{.samples_min = 12, .samples_max = 400};
  EXPECT_EQ(SamplesPlanner().choose(kKey, policy).samples, 0);
  EXPECT_EQ(pilot_of({.processes = 2}, 1).choose(kKey, policy).samples, 0);
  EXPECT_EQ(pilot_of({}, 1).choose(kKey + 1, policy).samples, 0);
  EXPECT_EQ(pilot_of({}, 1).choose(kKey, {.samples_min = 200, .samples_max = 200}).samples, 0);
  EXPECT_EQ(pilot_of({.between = 0, .within = 0}, 1).choose(kKey, policy).samples, 0)
      << "processes do not differ: the width decides";
}

TEST(SamplesPlanner, AProcessWithoutAnArmIsNoPilot) {
  Random random(1);
  SamplesPlanner planner;
  for (int replicate = 0; replicate < 3; ++replicate) {
    store::Record record = record_of({.arms = 3}, replicate, random);
    if (replicate == 2) record.arms[1].status = store::Status::kFailed;
    planner.add(record);
  }
  const measure::Policy policy{.samples_min = 12, .samples_max = 400};
  EXPECT_EQ(planner.choose(kKey, policy).samples, 0);
  planner.add(record_of({.arms = 3}, 2, random));
  EXPECT_NE(planner.choose(kKey, policy).samples, 0) << "the latest record of a process counts";
}

TEST(SamplesPlanner, ASimulationAsksForNoMoreSamples) {
  SamplesPlanner planner;
  for (int replicate = 0; replicate < 4; ++replicate) {
    Random random(5);
    store::Record record = record_of({}, replicate, random);
    for (store::ArmRecord& arm : record.arms) {
      arm.series.simulated_by = "virtual clock of sim:toy";
    }
    planner.add(record);
  }
  EXPECT_EQ(planner.choose(kKey, {}).samples, 0);
}

}  // namespace
}  // namespace assay::analysis
