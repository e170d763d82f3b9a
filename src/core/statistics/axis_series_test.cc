// SPDX-License-Identifier: MIT
#include "core/statistics/axis_series.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace assay::statistics {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;

TEST(WithoutTrend, APowerLawLeavesNothing) {
  const std::vector<double> x{1, 2, 4, 8, 100};
  std::vector<double> y;
  for (const double value : x) {
    y.push_back(2.5 * std::log(value) + 7);
  }
  EXPECT_THAT(without_trend({x, y}), Each(DoubleNear(0, 1e-12)));
}

TEST(RunningMedian, KeepsStepsForgetsSpikesAndAveragesAlternation) {
  EXPECT_THAT(running_median(std::vector<double>{1, 1, 9, 1, 1, 1}, 4), Each(1));
  EXPECT_THAT(running_median(std::vector<double>{0, 0, 0, 0, 5, 5, 5, 5}, 4),
              ElementsAre(0, 0, 0, 0, 2.5, 5, 5, 5));
  EXPECT_THAT(running_median(std::vector<double>{0, 2, 0, 2, 0, 2}, 4), Each(1));
  EXPECT_THAT(running_median(std::vector<double>{3, 4}, 16), Each(3.5));
}

TEST(RobustDeviation, IgnoresASpike) {
  EXPECT_DOUBLE_EQ(robust_deviation(std::vector<double>{1, -1, 1, -1, 1000}), 1.4826);
}

TEST(PermutationShare, CountsItself) {
  const std::vector<double> null{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(permutation_share(null, 5), 1.0 / 5);
  EXPECT_DOUBLE_EQ(permutation_share(null, 3), 3.0 / 5);
  EXPECT_DOUBLE_EQ(permutation_share(null, 0), 1);
}

TEST(WithoutTrendDeath, AnAxisIsPositive) {
  const std::vector<double> x{0, 1};
  EXPECT_DEATH((void)without_trend({x, x}), "positive");
}

}  // namespace
}  // namespace assay::statistics
