// SPDX-License-Identifier: MIT
#include "lab/measure/stopping_rule.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.h"

namespace assay::measure {
namespace {

struct Ending {
  StopReason reason = StopReason::kBudget;
  int rounds = 0;
  int looks = 0;
};

/// Rounds of two arms that differ by `effect` and spread by `noise`, each 1 ms long.
Ending run_to_end(const Policy& policy, double effect, double noise) {
  StoppingRule rule(policy, 2, policy.budget);
  Random random(9);
  Ending ending;
  while (!rule.reason()) {
    ++ending.rounds;
    rule.add(std::array{100.0, 100 * std::exp(effect + noise * random.normal())},
             ending.rounds * Nanoseconds(1ms));
  }
  ending.reason = *rule.reason();
  ending.looks = rule.looks();
  return ending;
}

TEST(StoppingRule, StopsOnWidthBudgetOrNumber) {
  struct Case {
    const char* name;
    Policy policy;
    double noise;
    StopReason reason;
    int rounds_min;
    int rounds_max;
  };
  const Policy base{.samples_min = 12, .samples_max = 100'000, .budget = 1h, .width_target = 0.01};
  Policy number = base;
  number.samples_max = 77;
  Policy budget = base;
  budget.budget = 50ms;
  Policy minimum = budget;
  minimum.budget = 1ms;
  Policy never = number;
  never.width_target = 0;
  for (const Case& c : {
           Case{"quiet: at once", base, 0.001, StopReason::kWidth, 12, 12},
           Case{"noisy: when narrow", base, 0.05, StopReason::kWidth, 80, 400},
           Case{"number", number, 0.5, StopReason::kSamplesMax, 77, 77},
           Case{"budget", budget, 0.5, StopReason::kBudget, 50, 50},
           Case{"the minimum exceeds the budget", minimum, 0.5, StopReason::kBudget, 12, 12},
           Case{"no width asked", never, 0.001, StopReason::kSamplesMax, 77, 77},
       }) {
    SCOPED_TRACE(c.name);
    const Ending ending = run_to_end(c.policy, 0, c.noise);
    EXPECT_EQ(ending.reason, c.reason) << to_text(ending.reason);
    EXPECT_GE(ending.rounds, c.rounds_min);
    EXPECT_LE(ending.rounds, c.rounds_max);
  }
}

TEST(StoppingRule, TheVerdictDoesNotMatter) {
  const Policy policy{.samples_max = 10'000, .budget = 1h, .width_target = 0.01};
  const Ending same = run_to_end(policy, 0.0, 0.05);
  const Ending different = run_to_end(policy, 0.5, 0.05);
  EXPECT_EQ(same.rounds, different.rounds);
}

TEST(StoppingRule, LooksGrowApart) {
  const Policy policy{.samples_max = 20'000, .budget = 1h, .width_target = 1e-9};
  const Ending ending = run_to_end(policy, 0, 0.1);
  EXPECT_EQ(ending.rounds, 20'000);
  EXPECT_LE(ending.looks, 40);
}

TEST(StoppingRule, ADriftingRatioIsNotNarrow) {
  const Policy policy{.samples_min = 40, .samples_max = 80, .budget = 1h, .width_target = 0.05};
  StoppingRule rule(policy, 2, policy.budget);
  for (int round = 0; !rule.reason(); ++round) {
    rule.add(std::array{100.0, 100.0 + 0.5 * round}, 1ms);
  }
  EXPECT_EQ(*rule.reason(), StopReason::kSamplesMax);
}

TEST(StoppingRule, OneArmStopsOnItsMedian) {
  const Policy policy{.samples_max = 1'000, .budget = 1h, .width_target = 0.01};
  StoppingRule rule(policy, 1, policy.budget);
  Random random(4);
  while (!rule.reason())
    rule.add(std::array{100 * std::exp(0.02 * random.normal())}, 1ms);
  EXPECT_EQ(*rule.reason(), StopReason::kWidth);
}

}  // namespace
}  // namespace assay::measure
