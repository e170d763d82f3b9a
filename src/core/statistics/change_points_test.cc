// SPDX-License-Identifier: MIT
#include "core/statistics/change_points.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::statistics {
namespace {

std::vector<double> range(double from, std::size_t count) {
  std::vector<double> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = from + static_cast<double>(i);
  }
  return x;
}

/// Per-work time of a kernel that amortises: a smooth fall, with noise.
std::vector<double> smooth(Random& random, const std::vector<double>& x, double noise) {
  std::vector<double> y;
  for (const double value : x) {
    y.push_back(std::log(1 + 20 / value) + noise * random.normal());
  }
  return y;
}

struct Planted {
  std::size_t index;
  double step;
};

TEST(ChangePoints, RecoversPlantedCliffs) {
  const std::vector<double> x = range(64, 65);
  const std::vector<Planted> planted{{20, 0.25}, {45, -0.15}};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    std::vector<double> y = smooth(random, x, 0.01);
    for (const Planted& cliff : planted) {
      for (std::size_t i = cliff.index; i < y.size(); ++i) {
        y[i] += cliff.step;
      }
    }
    const auto found = find_change_points({x, y}, {});
    ASSERT_EQ(found.size(), planted.size()) << "seed " << seed;
    for (std::size_t i = 0; i < planted.size(); ++i) {
      EXPECT_EQ(found[i].index, planted[i].index) << "seed " << seed;
      EXPECT_NEAR(found[i].step, planted[i].step, 0.04) << "seed " << seed;
      EXPECT_LE(found[i].p_value, 0.01);
    }
  }
}

TEST(ChangePoints, FollowsASawtoothOfTiles) {
  Random random(3);
  const std::vector<double> x = range(64, 65);
  std::vector<double> y;
  for (const double value : x) {
    y.push_back(std::log(std::ceil(value / 16) * 16 / value) + 0.004 * random.normal());
  }
  std::vector<double> after;
  for (const ChangePoint& change : find_change_points({x, y}, {})) {
    after.push_back(x[change.index]);
  }
  EXPECT_THAT(after, ::testing::IsSupersetOf({81.0, 97.0, 113.0}));
}

TEST(ChangePoints, FindsNothingInNoiseOnATrend) {
  const std::vector<double> x = range(64, 65);
  int imagined = 0;
  constexpr int kTrials = 100;
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    Random random(1000 + seed);
    const std::vector<double> y = smooth(random, x, 0.01);
    imagined += find_change_points({x, y}, {.permutations = 199}).empty() ? 0 : 1;
  }
  EXPECT_LE(imagined, 11);  // 5 %, and three of its standard errors.
}

TEST(ChangePoints, AFlatLineAndASpikeAreNoCliff) {
  const std::vector<double> x = range(1, 40);
  EXPECT_TRUE(find_change_points({x, std::vector<double>(40, 2.0)}, {}).empty());
  Random random(2);
  std::vector<double> y = smooth(random, range(64, 40), 0.01);
  y[17] += 1;
  EXPECT_TRUE(find_change_points({x, y}, {}).empty());
}

TEST(ChangePoints, TooFewPointsAreNotSearched) {
  const std::vector<double> x = range(1, 11);
  std::vector<double> y(11, 0.0);
  y[8] = y[9] = y[10] = 1;
  EXPECT_TRUE(find_change_points({x, y}, {}).empty());
}

TEST(StepAt, IsTheJumpBetweenTwoParallelLines) {
  const std::vector<double> x = range(1, 16);
  std::vector<double> y;
  for (std::size_t i = 0; i < 16; ++i) {
    y.push_back(0.1 * static_cast<double>(i) + (i >= 8 ? 0.5 : 0.0));
  }
  EXPECT_NEAR(step_at({x, y}, 8).value_or(0), 0.5, 1e-12);
  EXPECT_EQ(step_at({x, y}, 2), std::nullopt);
  EXPECT_EQ(step_at({x, y}, 14), std::nullopt);
}

}  // namespace
}  // namespace assay::statistics
