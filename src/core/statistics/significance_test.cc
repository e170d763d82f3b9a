// SPDX-License-Identifier: MIT
#include "core/statistics/significance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::statistics {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<double> normals(Random& random, std::size_t count) {
  std::vector<double> values(count);
  for (double& value : values) {
    value = random.normal();
  }
  return values;
}

/// Research 4.2.7: what groups so small can say at best, evenly spaced ones included.
TEST(Permutation, SmallestPValueOfSmallGroups) {
  const std::vector<double> low{1, 2, 3, 4};
  const std::vector<double> high{11, 12, 13, 14};
  EXPECT_DOUBLE_EQ(permutation_p_value(low, high, 1), 2.0 / 70);
  const std::vector<double> low5{1, 2, 3, 4, 5};
  const std::vector<double> high5{11, 12, 13, 14, 15};
  EXPECT_DOUBLE_EQ(permutation_p_value(low5, high5, 1), 2.0 / 252);
}

TEST(Permutation, EqualGroupsAreNotDifferent) {
  const std::vector<double> values{3, 3, 3};
  EXPECT_EQ(permutation_p_value(values, values, 1), 1);
  EXPECT_EQ(permutation_p_value(std::vector<double>{1}, std::vector<double>{2}, 1), 1);
}

TEST(Permutation, RandomSplitsFindWhatIsThere) {
  std::vector<double> left(20);
  std::vector<double> right(20);
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = static_cast<double>(i);
    right[i] = static_cast<double>(i) + 30;
  }
  EXPECT_DOUBLE_EQ(permutation_p_value(left, right, 1), 1.0 / 20'001);
  EXPECT_EQ(permutation_p_value(left, right, 1), permutation_p_value(left, right, 1));
}

/// Kolmogorov-Smirnov against the uniform distribution.
TEST(Permutation, PIsUniformWhereNothingDiffers) {
  Random random(21);
  constexpr int kTrials = 2000;
  std::vector<double> p_values;
  for (int trial = 0; trial < kTrials; ++trial) {
    p_values.push_back(permutation_p_value(normals(random, 5), normals(random, 5), 1));
  }
  std::sort(p_values.begin(), p_values.end());
  double above = 0;
  double below = 0;
  for (int i = 0; i < kTrials; ++i) {
    const double p = p_values[static_cast<std::size_t>(i)];
    above = std::max(above, (i + 1.0) / kTrials - p);
    below = std::max(below, p - (i + 0.0) / kTrials);
  }
  EXPECT_LE(above, 1.36 / std::sqrt(kTrials)) << "too many small p-values";
  EXPECT_LE(below, 1.36 / std::sqrt(kTrials) + 2.0 / 252) << "p-values too large";
}

/// Fisher's lady tasting tea: 3 of 4 right gives 0.4857, 4 of 4 gives 0.0286 (two-sided).
TEST(Fisher, LadyTastingTea) {
  EXPECT_NEAR(fisher_exact_p_value({3, 4}, {1, 4}), 34.0 / 70, 1e-9);
  EXPECT_NEAR(fisher_exact_p_value({4, 4}, {0, 4}), 2.0 / 70, 1e-9);
}

TEST(Fisher, DegenerateTablesSayNothing) {
  EXPECT_NEAR(fisher_exact_p_value({0, 10}, {0, 12}), 1, 1e-9);
  EXPECT_NEAR(fisher_exact_p_value({10, 10}, {12, 12}), 1, 1e-9);
  EXPECT_NEAR(fisher_exact_p_value({0, 0}, {3, 12}), 1, 1e-9);
}

TEST(Fisher, LargeCountsApproachTheNormalTest) {
  // Rates 10 % and 12 % of 1000: z = 1.4293 with the pooled variance, two-sided 0.153.
  EXPECT_NEAR(fisher_exact_p_value({100, 1000}, {120, 1000}), 0.174, 0.01);
  EXPECT_LT(fisher_exact_p_value({100, 10'000}, {300, 10'000}), 1e-15);
}

/// Worked by hand: sorted 0.01 0.02 0.03 0.04.
const std::vector<double> kPValues{0.04, 0.01, 0.03, 0.02};

TEST(Holm, ByHand) {
  // 4 x 0.01, 3 x 0.02, 2 x 0.03, then 1 x 0.04 lifted to what came before it.
  EXPECT_THAT(adjust_holm(kPValues),
              ElementsAre(DoubleEq(0.06), DoubleEq(0.04), DoubleEq(0.06), DoubleEq(0.06)));
  EXPECT_THAT(adjust_holm(std::vector<double>{0.9, 0.6}), ElementsAre(1, 1));
}

TEST(BenjaminiHochberg, ByHand) {
  // 0.01 x 4/1, 0.02 x 4/2, 0.03 x 4/3, 0.04 x 4/4: all 0.04.
  EXPECT_THAT(adjust_benjamini_hochberg(kPValues),
              ElementsAre(DoubleEq(0.04), DoubleEq(0.04), DoubleEq(0.04), DoubleEq(0.04)));
  // 0.001 x 3/1, 0.5 x 3/2, 0.6 x 3/3 which pulls the 0.75 down to 0.6.
  EXPECT_THAT(adjust_benjamini_hochberg(std::vector<double>{0.5, 0.001, 0.6}),
              ElementsAre(DoubleEq(0.6), DoubleEq(0.003), DoubleEq(0.6)));
}

TEST(Multiplicity, NothingAskedNothingAnswered) {
  EXPECT_THAT(adjust_holm({}), IsEmpty());
  EXPECT_THAT(adjust_benjamini_hochberg({}), IsEmpty());
}

}  // namespace
}  // namespace assay::statistics
