// SPDX-License-Identifier: MIT
#include "core/statistics/processes.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <vector>

#include "core/random.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

TEST(OverProcesses, StatesByTheNumberOfProcesses) {
  EXPECT_EQ(over_processes(std::vector<double>{1}, 0.95),
            Value::of(State::kUndecided, std::exp(1), "one process"));
  EXPECT_EQ(over_processes(std::vector<double>{1, 1}, 0.95),
            Value::of(State::kUndecided, std::exp(1), "two processes"));
  EXPECT_EQ(over_processes(std::vector<double>{1, 1, 1}, 0.95).state(), State::kMeasured);
}

TEST(OverProcesses, UsesStudentBelowTenAndRanksFromTen) {
  const std::vector<double> three{-0.1, 0.0, 0.1};
  const auto interval = process_interval(three, 0.95);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->high, 4.30265 * 0.1 / std::sqrt(3), 1e-5);
  EXPECT_NEAR(interval->low, -interval->high, 1e-12);
  const std::vector<double> ten{0, 1, 2, 3, 4, 5, 6, 7, 8, 100};
  EXPECT_EQ(process_interval(ten, 0.95), (Interval{1, 8}));
  EXPECT_EQ(process_center(ten), 4.5);
}

TEST(ProcessPValue, AgreesWithTheInterval) {
  Random random(4);
  for (const std::size_t count :
       {std::size_t{3}, std::size_t{7}, std::size_t{10}, std::size_t{25}}) {
    for (int trial = 0; trial < 200; ++trial) {
      std::vector<double> values(count);
      for (double& value : values) {
        value = random.normal() + 0.8;
      }
      const auto interval = process_interval(values, 0.95);
      const bool excludes = interval->low > 0 || interval->high < 0;
      EXPECT_EQ(process_p_value(values) <= 0.05, excludes) << count;
    }
  }
  EXPECT_EQ(process_p_value(std::vector<double>{1, 1}), 1);
  EXPECT_EQ(process_p_value(std::vector<double>{0, 0, 0}), 1);
}

TEST(DifferenceInterval, IsWelchs) {
  // Equal spreads and sizes: the pooled t interval with 4 degrees of freedom.
  const auto interval =
      difference_interval(std::vector<double>{0, 1, 2}, std::vector<double>{10, 11, 12}, 0.95);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 10 - 2.776445 * std::sqrt(2.0 / 3), 1e-5);
  EXPECT_NEAR(interval->high, 10 + 2.776445 * std::sqrt(2.0 / 3), 1e-5);
  const std::vector<double> same{4, 4, 4};
  EXPECT_EQ(difference_interval(same, same, 0.95), (Interval{0, 0}));
  EXPECT_EQ(difference_interval(same, std::vector<double>{1, 2}, 0.95), std::nullopt);
}

/// Research 4.6 item 2: coverage of the sign interval on the shapes that times have.
TEST(Coverage, OfTheMedianOnEveryShape) {
  struct Shape {
    std::string_view name;
    double truth;
    std::function<double(Random&)> draw;
  };
  const std::vector<Shape> shapes{
      {"normal", 0, [](Random& r) { return r.normal(); }},
      {"lognormal", 1, [](Random& r) { return std::exp(r.normal()); }},
      {"bimodal", 5, [](Random& r) { return (r.coin() ? 0 : 10) + r.normal(); }},
      {"quantised", 3, [](Random& r) { return std::floor(3.5 + r.normal()); }},
      {"heavy tail", 0, [](Random& r) { return r.normal() / (r.uniform() + 1e-3); }},
  };
  constexpr int kTrials = 1500;
  for (const Shape& shape : shapes) {
    for (const std::size_t count : {std::size_t{10}, std::size_t{20}, std::size_t{50}}) {
      Random random(count);
      int covered = 0;
      for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> values(count);
        for (double& value : values) {
          value = shape.draw(random);
        }
        const auto interval = median_interval(values, 0.95);
        covered += interval->low <= shape.truth && shape.truth <= interval->high ? 1 : 0;
      }
      EXPECT_GE(covered, kTrials * 935 / 1000) << shape.name << ' ' << count;
    }
  }
}

/// Processes that differ as much as their samples do.
std::vector<std::vector<double>> hierarchical(Random& random, std::size_t processes) {
  std::vector<std::vector<double>> samples(processes, std::vector<double>(30));
  for (auto& process : samples) {
    const double offset = random.normal();
    for (double& value : process) {
      value = offset + random.normal();
    }
  }
  return samples;
}

/// Research 4.6 item 3 and 4.2.6: pooling claims 95 % and delivers 45 %.
TEST(Coverage, PooledSamplesAreTooSureAndProcessesAreNot) {
  Random random(3);
  constexpr int kTrials = 1000;
  int pooled_covers = 0;
  int processes_cover = 0;
  int narrower = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> pool;
    std::vector<double> medians;
    for (const auto& process : hierarchical(random, 5)) {
      pool.insert(pool.end(), process.begin(), process.end());
      medians.push_back(median(process));
    }
    const auto pooled = median_interval(pool, 0.95);
    const auto over = process_interval(medians, 0.95);
    pooled_covers += pooled->low <= 0 && 0 <= pooled->high ? 1 : 0;
    processes_cover += over->low <= 0 && 0 <= over->high ? 1 : 0;
    narrower += pooled->high - pooled->low < over->high - over->low ? 1 : 0;
  }
  EXPECT_LT(pooled_covers, kTrials * 65 / 100);
  EXPECT_GE(processes_cover, kTrials * 93 / 100);
  EXPECT_GE(narrower, kTrials * 98 / 100);
}

TEST(SplitVariance, TellsBetweenFromWithin) {
  Random random(8);
  std::vector<double> medians;
  std::vector<double> within;
  for (const auto& process : hierarchical(random, 400)) {
    medians.push_back(median(process));
    within.push_back(std::pow(median_standard_error(process), 2));
  }
  const VarianceSplit split = split_variance(medians, within);
  EXPECT_NEAR(split.between, 1, 0.2);
  EXPECT_NEAR(split.within, 1.57 / 30, 0.015);  // pi / 2 sigma^2 / n
  EXPECT_EQ(split_variance(std::vector<double>{1, 1}, std::vector<double>{4, 4}).between, 0);
}

TEST(MedianStandardError, OfFewSamplesComesFromTheirSpread) {
  EXPECT_EQ(median_standard_error(std::vector<double>{5}), 0);
  EXPECT_NEAR(median_standard_error(std::vector<double>{1, 3}), 1.2533 * 1, 1e-3);
}

TEST(Planner, BalancesTheCostOfAProcessAgainstItsSamples) {
  // Ten thousand samples cost as much as a start, and processes differ as much as samples do.
  EXPECT_EQ(samples_best({10'000, 1}, 1, 1, 1000), 100);
  EXPECT_EQ(samples_best({10'000, 1}, 1, 1, 50), 50);
  EXPECT_EQ(samples_best({10'000, 1}, 1, 0, 1000), 1000);  // Processes do not differ.
  EXPECT_EQ(samples_best({1, 1}, 0.01, 1, 1000), 1);
}

TEST(Planner, ProcessesNeededReachTheWidthAndNotOneMore) {
  const auto needed = processes_needed(0.05, 0.02, 0.95);
  ASSERT_TRUE(needed);
  const auto half = [](std::int64_t count) {
    const auto n = static_cast<double>(count);
    return student_quantile(0.975, n - 1) * 0.05 / std::sqrt(n);
  };
  EXPECT_LE(half(*needed), 0.02);
  EXPECT_GT(half(*needed - 1), 0.02);
  EXPECT_EQ(processes_needed(1e-9, 0.02, 0.95), 3);
  EXPECT_EQ(processes_needed(1, 1e-6, 0.95), std::nullopt);
}

TEST(PlainOverProcesses, TakesWhatIsZeroOrLess) {
  const std::vector<double> values{0.0, 0.1, 0.2};
  const Value value = plain_over_processes(values, 0.95);
  EXPECT_EQ(value.state(), State::kMeasured);
  EXPECT_DOUBLE_EQ(value.number(), 0.1);
  ASSERT_TRUE(value.interval());
  EXPECT_LT(value.interval()->low, 0.0);
  EXPECT_GT(value.interval()->high, 0.2);
  EXPECT_EQ(plain_over_processes(std::vector<double>{0.0}, 0.95),
            Value::of(State::kUndecided, 0.0, "one process"));
}

}  // namespace
}  // namespace assay::statistics
