// SPDX-License-Identifier: MIT
#include "core/statistics/periods.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace assay::statistics {
namespace {

/// The axis of the night sweep: 64..128 by 1, then 130..160 by 2.
std::vector<double> night_axis() {
  std::vector<double> x;
  for (int value = 64; value <= 160; value += value < 128 ? 1 : 2) {
    x.push_back(value);
  }
  return x;
}

std::vector<double> planted(std::uint64_t seed, int modulus, double effect) {
  Random random(seed);
  std::vector<double> y;
  for (const double x : night_axis()) {
    const bool is_multiple = std::fmod(x, modulus) == 0;
    y.push_back(std::log(1 + 30 / x) + (is_multiple ? 0 : effect) + 0.01 * random.normal());
  }
  return y;
}

TEST(Periods, RecoversEachModulusAndNoOther) {
  const std::vector<double> x = night_axis();
  for (const int modulus : {2, 4, 8, 16}) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const std::vector<double> y = planted(seed, modulus, 0.1);
      const auto periods = find_periods({x, y}, {});
      ASSERT_GE(periods.size(), 1U) << modulus << " seed " << seed;
      EXPECT_EQ(periods[0].modulus, modulus) << " seed " << seed;
      EXPECT_NEAR(periods[0].effect, 0.1, 0.025) << modulus << " seed " << seed;
      for (std::size_t i = 1; i < periods.size(); ++i) {
        EXPECT_LT(std::abs(periods[i].effect), 0.02) << modulus << " seed " << seed;
      }
    }
  }
}

TEST(Periods, SurvivesACliff) {
  const std::vector<double> x = night_axis();
  std::vector<double> y = planted(1, 8, 0.1);
  for (std::size_t i = 40; i < y.size(); ++i) {
    y[i] += 0.3;
  }
  const auto periods = find_periods({x, y}, {});
  ASSERT_FALSE(periods.empty());
  EXPECT_EQ(periods[0].modulus, 8);
  EXPECT_NEAR(periods[0].effect, 0.1, 0.02);
}

TEST(Periods, FindsNothingInNoiseOnATrend) {
  const std::vector<double> x = night_axis();
  int imagined = 0;
  constexpr int kTrials = 200;
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    const std::vector<double> y = planted(500 + seed, 8, 0);
    imagined += find_periods({x, y}, {.permutations = 199}).empty() ? 0 : 1;
  }
  EXPECT_LE(imagined, 19);  // 5 %, and three of its standard errors.
}

TEST(Periods, TooFewPointsOrOneClassOnlyAreNotSearched) {
  const std::vector<double> few{8, 9, 10, 11, 12};
  EXPECT_TRUE(find_periods({few, std::vector<double>{1, 2, 3, 4, 5}}, {}).empty());
  std::vector<double> all_multiples;
  for (int i = 1; i <= 20; ++i) {
    all_multiples.push_back(64.0 * i);
  }
  EXPECT_TRUE(find_periods({all_multiples, std::vector<double>(20, 1.0)}, {}).empty());
}

TEST(WithoutPeriods, TakesTheEffectOffTheOthers) {
  const std::vector<double> x{8, 9, 16, 17};
  const std::vector<double> y{1, 1.5, 1, 1.5};
  EXPECT_THAT(without_periods({x, y}, {{.modulus = 8, .effect = 0.5}}),
              ::testing::ElementsAre(1, 1, 1, 1));
}

}  // namespace
}  // namespace assay::statistics
