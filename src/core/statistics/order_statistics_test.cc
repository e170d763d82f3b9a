// SPDX-License-Identifier: MIT
#include "core/statistics/order_statistics.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/random.h"

namespace assay::statistics {
namespace {

TEST(Median, IsTheMiddleOrTheAverageOfTheTwoMiddles) {
  EXPECT_EQ(median(std::vector<double>{3}), 3);
  EXPECT_EQ(median(std::vector<double>{9, 1}), 5);
  EXPECT_EQ(median(std::vector<double>{9, 1, 2}), 2);
  EXPECT_EQ(median(std::vector<double>{4, 9, 1, 2}), 3);
}

TEST(MedianDeath, OfNothingIsABug) {
  EXPECT_DEATH((void)median({}), "median of nothing");
}

/// k of x_(k+1) .. x_(n-k) at 95 %: research 4.2.5, and in every table of the sign test.
TEST(MedianInterval, HasTheRanksOfTheSignTest) {
  constexpr std::array<std::pair<int, int>, 13> kTable{{{6, 0},
                                                        {10, 1},
                                                        {15, 3},
                                                        {20, 5},
                                                        {25, 7},
                                                        {30, 9},
                                                        {50, 17},
                                                        {100, 39},
                                                        {200, 85},
                                                        {500, 227},
                                                        {1000, 468},
                                                        {8, 0},
                                                        {9, 1}}};
  for (const auto& [n, k] : kTable) {
    EXPECT_EQ(quantile_ranks(n, 0.5, 0.95), (Ranks{k, n - 1 - k})) << n;
  }
}

TEST(MedianInterval, NeedsSixValuesFor95Percent) {
  const std::vector<double> values{6, 1, 5, 2, 4, 3};
  EXPECT_EQ(median_interval(values, 0.95), (Interval{1, 6}));
  EXPECT_EQ(median_interval(std::vector<double>{1, 2, 3, 4, 5}, 0.95), std::nullopt);
  EXPECT_EQ(median_interval({}, 0.95), std::nullopt);
}

TEST(MedianInterval, RanksOfAMillionAreThoseOfTheNormalLimit) {
  const auto ranks = quantile_ranks(1'000'000, 0.5, 0.95);
  ASSERT_TRUE(ranks);
  EXPECT_NEAR(static_cast<double>(ranks->low), 500'000 - 1.96 * 500, 2);
  EXPECT_EQ(ranks->high, 999'999 - ranks->low);
}

/// Two-sided bounds of a percentile exist from 36, 72, 368, 3688 samples on (research 4.2.5).
TEST(QuantileInterval, ExistsFromTheFirstCountThatCanBoundIt) {
  for (const auto& [p, first] : {std::pair{0.9, 36}, {0.95, 72}, {0.99, 368}, {0.999, 3688}}) {
    EXPECT_FALSE(quantile_ranks(first - 1, p, 0.95)) << p;
    const auto ranks = quantile_ranks(first, p, 0.95);
    ASSERT_TRUE(ranks) << p;
    EXPECT_EQ(ranks->high, first - 1) << p;
  }
}

TEST(QuantileInterval, CoversTheTrueQuantile) {
  Random random(7);
  int covered = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(60);
    for (double& value : values) {
      value = random.uniform();
    }
    const auto bounds = quantile_interval(values, 0.9, 0.95);
    covered += bounds && bounds->low <= 0.9 && 0.9 <= bounds->high ? 1 : 0;
  }
  EXPECT_GE(covered, kTrials * 935 / 1000);
}

TEST(Quantile, IsLinearBetweenOrderStatistics) {
  const std::vector<double> values{40, 10, 30, 20};
  EXPECT_EQ(quantile(values, 0), 10);
  EXPECT_EQ(quantile(values, 1), 40);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), median(values));
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 17.5);
}

TEST(Moments, OfAFewNumbers) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(variance(values), 32.0 / 7);
  EXPECT_EQ(variance(std::vector<double>{3}), 0);
}

TEST(Moments, VarianceSurvivesALargeOffset) {
  const std::vector<double> values{1e9 + 1, 1e9 + 2, 1e9 + 3};
  EXPECT_DOUBLE_EQ(variance(values), 1);
}

TEST(MomentsDeath, OfNothingIsABug) {
  EXPECT_DEATH((void)mean({}), "mean of nothing");
}

TEST(PercentileSamplesMin, IsTheRuleOfTheMission) {
  EXPECT_EQ(percentile_samples_min(0.5), 6);
  EXPECT_EQ(percentile_samples_min(0.9), 36);
  EXPECT_EQ(percentile_samples_min(0.95), 72);
  EXPECT_EQ(percentile_samples_min(0.99), 299);
  EXPECT_EQ(percentile_samples_min(0.999), 2995);
}

}  // namespace
}  // namespace assay::statistics
