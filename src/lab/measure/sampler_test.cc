// SPDX-License-Identifier: MIT
#include "lab/measure/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

/// Median over the rounds of the ratio of the times of one call.
double median_ratio(const Series& series, std::size_t arm, std::size_t base) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < series.order.size(); ++round) {
    const auto call_time = [&](std::size_t a) {
      return static_cast<double>(series.arms[a].samples[round].count()) /
             static_cast<double>(series.arms[a].batch);
    };
    ratios.push_back(call_time(arm) / call_time(base));
  }
  return statistics::median(ratios);
}

/// A multiplicative error of every run.
InventedWork::Cost noisy(Random& random, Nanoseconds call, double spread) {
  return [&random, call, spread](std::int64_t times) {
    const double exact = static_cast<double>((call * times).count());
    return Nanoseconds(static_cast<std::int64_t>(exact * std::exp(spread * random.normal())));
  };
}

TEST(SampleArms, RecoversAKnownTimeExactly) {
  InventedMachine machine(10ns);
  InventedWork work(machine, 850ns);
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Result<Series> series = sample_arms(arms, {}, machine.instruments, 1);
  ASSERT_TRUE(series) << series.error().to_string();
  ASSERT_EQ(series->arms.size(), 1U);
  EXPECT_EQ(series->arms[0].batch, 128);
  for (const Nanoseconds sample : series->arms[0].samples)
    EXPECT_EQ(sample, 128 * 850ns);
  EXPECT_EQ(series->arms[0].samples.size(), 12U);
  EXPECT_EQ(series->sample_length, 100us);
  EXPECT_EQ(series->stopped_by, StopReason::kWidth);
  EXPECT_TRUE(series->reached_plateau);
  EXPECT_FALSE(series->own_batches);
  EXPECT_EQ(series->doubts, std::vector<std::string>{});
}

TEST(SampleArms, RecoversAPlantedEffectUnderNoise) {
  for (const double effect : {0.0, 0.02, -0.02}) {
    SCOPED_TRACE(effect);
    InventedMachine machine;
    Random random(3);
    InventedWork base(machine, noisy(random, 10us, 0.05));
    InventedWork other(machine, noisy(random, Nanoseconds(std::lround(1e4 * (1 + effect))), 0.05));
    const std::array<SystemUnderTest*, 2> arms{&base, &other};
    const Policy policy{.samples_max = 5'000, .budget = 10s, .width_target = 0.004};
    const Result<Series> series = sample_arms(arms, policy, machine.instruments, 8);
    ASSERT_TRUE(series);
    EXPECT_EQ(series->stopped_by, StopReason::kWidth);
    EXPECT_NEAR(median_ratio(*series, 1, 0), 1 + effect, 0.006);
  }
}

TEST(SampleArms, InterleavingCancelsADriftThatSequentialSamplesWouldShow) {
  InventedMachine machine;
  const auto slowing = [&](std::int64_t times) {  // A tenth slower with every second that passes.
    const double weather = 1 + 0.1 * Seconds(machine.time.now()).count();
    return Nanoseconds(std::lround(1e5 * weather)) * times;
  };
  InventedWork first(machine, slowing);
  InventedWork second(machine, slowing);
  const std::array<SystemUnderTest*, 2> arms{&first, &second};
  const Policy policy{.samples_min = 1'000,
                      .samples_max = 1'000,
                      .budget = 10s,
                      .sample_length = 1ms,
                      .width_target = 0};
  const Result<Series> series = sample_arms(arms, policy, machine.instruments, 2);
  ASSERT_TRUE(series);
  const std::vector<Nanoseconds>& samples = series->arms[0].samples;
  EXPECT_GT(samples.back(), samples.front() * 11 / 10) << "the drift is there";
  EXPECT_NEAR(median_ratio(*series, 1, 0), 1, 1e-4);
}

TEST(SampleArms, ADriftThatDoesNotCancelIsSaid) {
  InventedMachine machine;
  const auto slowing = [&](std::int64_t times) {  // Twice as slow after a second.
    return Nanoseconds(std::lround(1e5 * (1 + Seconds(machine.time.now()).count()))) * times;
  };
  InventedWork steady(machine, 100us);
  InventedWork drifting(machine, slowing);
  const Policy policy{.samples_min = 200, .samples_max = 200, .sample_length = 1ms};
  const std::array<SystemUnderTest*, 2> both{&steady, &drifting};
  const Result<Series> pair = sample_arms(both, policy, machine.instruments, 2);
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->doubts.at(0), "drift: the ratio between the arms moved while it was sampled");
  const std::array<SystemUnderTest*, 1> alone{&drifting};
  const Result<Series> single = sample_arms(alone, policy, machine.instruments, 2);
  ASSERT_TRUE(single);
  EXPECT_EQ(single->doubts.at(0), "drift: the time moved while it was sampled");
}

TEST(SampleArms, MarksPreemptedSamplesAndKeepsThem) {
  InventedMachine machine;
  int runs = 0;
  InventedWork calm(machine, 1ms);
  InventedWork disturbed(machine, [&](std::int64_t times) {
    if (++runs % 3 != 0) return 1ms * times;
    ++machine.doubts.now.involuntary_switches;
    return 1ms * times + 4ms;
  });
  const std::array<SystemUnderTest*, 2> arms{&calm, &disturbed};
  const Policy policy{
      .samples_min = 30, .samples_max = 30, .sample_length = 1ms, .width_target = 0};
  const Result<Series> series = sample_arms(arms, policy, machine.instruments, 2);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->arms[0].doubts, std::vector<std::uint8_t>(30, kNone));
  const ArmSeries& arm = series->arms[1];
  EXPECT_EQ(std::ranges::count(arm.doubts, kPreempted), 10);
  for (std::size_t i = 0; i < arm.samples.size(); ++i) {
    EXPECT_EQ(arm.samples[i], arm.doubts[i] == kPreempted ? 5ms : 1ms);
  }
}

TEST(SampleArms, StopsForEachOfItsReasons) {
  struct Case {
    const char* name;
    Policy policy;
    double noise;
    StopReason want;
  };
  for (const Case& c : {
           Case{"width", {.width_target = 0.01}, 0.001, StopReason::kWidth},
           Case{"budget", {.samples_max = 100'000, .budget = 100ms}, 0.5, StopReason::kBudget},
           Case{"number", {.samples_max = 40, .budget = 10s}, 0.5, StopReason::kSamplesMax},
       }) {
    SCOPED_TRACE(c.name);
    InventedMachine machine;
    Random random(5);
    InventedWork first(machine, noisy(random, 10us, c.noise));
    InventedWork second(machine, noisy(random, 10us, c.noise));
    const std::array<SystemUnderTest*, 2> arms{&first, &second};
    const Result<Series> series = sample_arms(arms, c.policy, machine.instruments, 2);
    ASSERT_TRUE(series);
    EXPECT_EQ(series->stopped_by, c.want);
  }
}

TEST(SampleArms, TheBudgetCoversThePilotAndTheSampling) {
  InventedMachine machine;
  Random random(5);
  InventedWork first(machine, noisy(random, 10us, 0.5));
  InventedWork second(machine, noisy(random, 10us, 0.5));
  const std::array<SystemUnderTest*, 2> arms{&first, &second};
  const Policy policy{.warmup_samples_min = 0,
                      .warmup_max = 0ns,
                      .samples_max = 1'000'000,
                      .budget = 2s,
                      .width_target = 0};
  const Result<Series> series = sample_arms(arms, policy, machine.instruments, 2);
  ASSERT_TRUE(series);
  EXPECT_GE(machine.time.now(), 2s);
  EXPECT_LE(machine.time.now(), 2'100ms);
}

TEST(SampleArms, ArmsOfVeryDifferentSpeedGetTheirOwnBatches) {
  InventedMachine machine;
  InventedWork slow(machine, 5ms);
  InventedWork fast(machine, 1us);
  const std::array<SystemUnderTest*, 2> arms{&slow, &fast};
  const Result<Series> series = sample_arms(arms, {.sample_length = 1ms}, machine.instruments, 2);
  ASSERT_TRUE(series);
  EXPECT_TRUE(series->own_batches);
  EXPECT_EQ(series->arms[0].batch, 1);
  EXPECT_EQ(series->arms[1].batch, 1'024);
  EXPECT_DOUBLE_EQ(median_ratio(*series, 0, 1), 5'000);
}

TEST(SampleArms, FlushedSamplesAreSingleCallsAndSaySo) {
  struct Case {
    CacheState cache;
    Nanoseconds length;
    std::int64_t batch;
    std::vector<std::string> doubts;
  };
  for (const Case& c : {
           Case{CacheState::kHot, 1ms, 256, {}},
           Case{CacheState::kRotated, 1ms, 256, {}},
           Case{CacheState::kFlushed,
                0ns,
                1,
                {"samples too short for the clock: arm 1 took 4 us, 10 us needed"}},
       }) {
    SCOPED_TRACE(to_text(c.cache));
    InventedMachine machine(10ns);
    InventedWork work(machine, 4us);
    const std::array<SystemUnderTest*, 1> arms{&work};
    const Policy policy{.sample_length = 1ms, .cache = c.cache};
    const Result<Series> series = sample_arms(arms, policy, machine.instruments, 2);
    ASSERT_TRUE(series);
    EXPECT_EQ(series->arms[0].batch, c.batch);
    EXPECT_EQ(series->sample_length, c.length);
    EXPECT_EQ(series->doubts, c.doubts);
    EXPECT_EQ(machine.flusher.flushes(), c.cache == CacheState::kFlushed ? work.runs : 0);
    EXPECT_EQ(work.preparations, work.runs);
  }
}

TEST(SampleArms, LongCallsArePaidForOnceAndNotMore) {
  InventedMachine machine;
  InventedWork work(machine, 2s);
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Result<Series> series = sample_arms(arms, {}, machine.instruments, 2);
  ASSERT_TRUE(series);
  EXPECT_EQ(series->arms[0].samples.size(), 12U);
  EXPECT_EQ(work.runs, 2 + 3 + 12) << "batching, warm-up, samples";
  EXPECT_EQ(series->doubts, std::vector<std::string>{}) << "long calls warm up within themselves";
}

TEST(SampleArms, AFailureInAnyPhaseNamesTheArm) {
  for (const std::int64_t fails_after : {0, 1, 2, 10, 20, 40, 60}) {
    SCOPED_TRACE(fails_after);
    InventedMachine machine;
    Random random(1);
    InventedWork good(machine, noisy(random, 10us, 0.1));
    InventedWork bad(machine, noisy(random, 10us, 0.1));
    bad.fails_after = fails_after;
    const std::array<SystemUnderTest*, 3> arms{&good, &good, &bad};
    const Policy policy{.sample_length = 200us, .width_target = 0};
    const Result<Series> series = sample_arms(arms, policy, machine.instruments, 2);
    ASSERT_FALSE(series);
    EXPECT_EQ(series.error().message(), "the invented device fell off the bus");
    EXPECT_EQ(series.error().where().at(0), "in arm 3 of 3");
  }
}

TEST(SampleArms, RefusesAPolicyThatCannotBe) {
  struct Case {
    Policy policy;
    const char* want;
  };
  InventedMachine machine;
  InventedWork work(machine, 1us);
  const std::array<SystemUnderTest*, 1> arms{&work};
  for (const Case& c : {
           Case{{.warmup_samples_min = -1}, "warmup_samples_min must not be negative: got -1"},
           Case{{.samples_min = 0}, "samples_min must be at least 1: got 0"},
           Case{{.samples_max = 5}, "samples_max must not be below samples_min (12): got 5"},
           Case{{.budget = -1ms}, "budget must not be negative: got -1 ms"},
           Case{{.width_target = std::nan("")},
                "width_target must be a ratio such as 0.01: got nan"},
       }) {
    const Result<Series> series = sample_arms(arms, c.policy, machine.instruments, 2);
    ASSERT_FALSE(series) << c.want;
    EXPECT_EQ(series.error().message(), c.want);
    EXPECT_EQ(series.error().blame(), Blame::kUser);
  }
  EXPECT_EQ(work.runs, 0);
}

TEST(SampleArms, RepeatsWithTheSameSeed) {
  const auto order_of = [](std::uint64_t seed) {
    InventedMachine machine;
    InventedWork first(machine, 10us);
    InventedWork second(machine, 10us);
    const std::array<SystemUnderTest*, 2> arms{&first, &second};
    const Policy policy{.samples_min = 60};
    return sample_arms(arms, policy, machine.instruments, seed)->order;
  };
  EXPECT_EQ(order_of(1), order_of(1));
  EXPECT_NE(order_of(1), order_of(2));
}

TEST(ToText, NamesEveryStateAndReason) {
  EXPECT_EQ(to_text(CacheState::kHot), "hot");
  EXPECT_EQ(to_text(CacheState::kFlushed), "flushed");
  EXPECT_EQ(to_text(CacheState::kRotated), "rotated");
  EXPECT_EQ(to_text(StopReason::kWidth), "width");
  EXPECT_EQ(to_text(StopReason::kBudget), "budget");
  EXPECT_EQ(to_text(StopReason::kSamplesMax), "samples_max");
}

Policy random_policy(Random& random) {
  Policy policy;
  policy.warmup_samples_min = static_cast<int>(random.below(8));
  policy.warmup_max = Nanoseconds(random.below(50'000'000));
  policy.samples_min = 1 + static_cast<int>(random.below(30));
  policy.samples_max = policy.samples_min + static_cast<int>(random.below(100));
  policy.budget = Nanoseconds(random.below(400'000'000));
  policy.sample_length = random.coin() ? 0ns : Nanoseconds(random.below(2'000'000));
  policy.width_target = random.uniform() * 0.05;
  policy.cache = static_cast<CacheState>(random.below(3));
  return policy;
}

void expect_promises_kept(const Series& series, const Policy& policy, std::size_t arm_count) {
  const std::size_t rounds = series.order.size();
  EXPECT_GE(rounds, static_cast<std::size_t>(policy.samples_min));
  EXPECT_LE(rounds, static_cast<std::size_t>(policy.samples_max));
  EXPECT_GE(series.warmup_samples, policy.warmup_samples_min);
  ASSERT_EQ(series.arms.size(), arm_count);
  for (const ArmSeries& arm : series.arms) {
    EXPECT_GE(arm.batch, 1);
    EXPECT_EQ(arm.samples.size(), rounds);
    EXPECT_EQ(arm.doubts.size(), rounds);
    EXPECT_TRUE(series.own_batches || arm.batch == series.arms[0].batch);
  }
  for (RoundOrder order : series.order) {
    std::ranges::sort(order);
    ASSERT_EQ(order.size(), arm_count);
    for (std::size_t i = 0; i < arm_count; ++i)
      EXPECT_EQ(order[i], i);
  }
}

TEST(SampleArms, PromisesHoldForRandomPoliciesAndMachines) {
  Random random(2026);
  for (int trial = 0; trial < 300; ++trial) {
    SCOPED_TRACE(trial);
    InventedMachine machine(Nanoseconds(1 + random.below(2'000)));
    std::vector<std::unique_ptr<InventedWork>> works;
    std::vector<SystemUnderTest*> arms(1 + random.below(6));
    for (SystemUnderTest*& arm : arms) {
      const auto call = Nanoseconds(std::lround(std::exp(random.uniform() * 16)));  // To 9 ms.
      works.push_back(
          std::make_unique<InventedWork>(machine, noisy(random, call, random.uniform() * 0.3)));
      arm = works.back().get();
    }
    const Policy policy = random_policy(random);
    const Result<Series> series = sample_arms(arms, policy, machine.instruments, random.next());
    ASSERT_TRUE(series) << series.error().to_string();
    expect_promises_kept(*series, policy, arms.size());
  }
}

TEST(SampleArms, AVirtualClockIsReadInsteadOfTheMachines) {
  InventedMachine machine(10ns);
  SimulatedWork work(machine, 37ns, 2ms);  // Far below what the machine's clock could resolve.
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Result<Series> series = sample_arms(arms, {}, machine.instruments, 1);
  ASSERT_TRUE(series) << series.error().to_string();
  EXPECT_EQ(series->arms[0].simulated_by, "virtual clock of a test");
  EXPECT_EQ(series->arms[0].batch, 1) << "more calls would tell nothing more";
  EXPECT_EQ(series->sample_length, 0ns);
  for (const Nanoseconds sample : series->arms[0].samples) {
    EXPECT_EQ(sample, 37ns);
  }
  EXPECT_EQ(series->doubts, std::vector<std::string>{});
}

TEST(SampleArms, ASimulatedArmBesideAMeasuredOneLeavesItsMark) {
  InventedMachine machine;
  InventedWork real(machine, 1ms);
  SimulatedWork simulated(machine, 1us, 1ms);
  const std::array<SystemUnderTest*, 2> arms{&real, &simulated};
  const Result<Series> series = sample_arms(arms, {.sample_length = 1ms}, machine.instruments, 1);
  ASSERT_TRUE(series) << series.error().to_string();
  EXPECT_EQ(series->arms[0].simulated_by, "");
  EXPECT_EQ(series->arms[1].simulated_by, "virtual clock of a test");
  EXPECT_EQ(series->arms[1].samples[0], 1us * series->arms[1].batch);
}

}  // namespace
}  // namespace assay::measure
