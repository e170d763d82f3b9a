// SPDX-License-Identifier: MIT
#include "core/statistics/moments.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::statistics {
namespace {

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

}  // namespace
}  // namespace assay::statistics
