// SPDX-License-Identifier: MIT
#include "core/statistics/drift.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

/// AR(1) with standard deviation 1.
std::vector<double> correlated(Random& random, std::size_t count, double rho) {
  std::vector<double> values(count);
  double last = random.normal();
  for (double& value : values) {
    value = last;
    last = rho * last + std::sqrt(1 - rho * rho) * random.normal();
  }
  return values;
}

std::vector<double> drifting(Random& random, std::size_t count, double noise, double drift) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double along = static_cast<double>(i) / static_cast<double>(count);
    values[i] = 1000 * std::exp(noise * random.normal() + drift * along);
  }
  return values;
}

TEST(MannKendall, ByHand) {
  EXPECT_EQ(mann_kendall(std::vector<double>{1, 2, 3, 4, 5}).s, 10);
  EXPECT_EQ(mann_kendall(std::vector<double>{5, 4, 3, 2, 1}).s, -10);
  EXPECT_EQ(mann_kendall(std::vector<double>{1, 3, 2}).s, 1);
  // z = (10 - 1) / sqrt(5 * 4 * 15 / 18).
  EXPECT_NEAR(mann_kendall(std::vector<double>{1, 2, 3, 4, 5}).z, 2.2045, 1e-4);
  EXPECT_EQ(mann_kendall(std::vector<double>{7, 7, 7}).z, 0);
  EXPECT_EQ(mann_kendall({}).s, 0);
}

TEST(MannKendall, CountsTiesAsNeither) {
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> values(40);
    for (double& value : values) {
      value = static_cast<double>(random.below(8));
    }
    std::int64_t pairs = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (std::size_t j = i + 1; j < values.size(); ++j) {
        pairs += (values[j] > values[i] ? 1 : 0) - (values[j] < values[i] ? 1 : 0);
      }
    }
    EXPECT_EQ(mann_kendall(values).s, pairs);
  }
}

TEST(EffectiveCount, OfIndependentAndOfCorrelatedSamples) {
  Random random(6);
  EXPECT_GT(effective_count(correlated(random, 2000, 0)), 1700);
  const double effective = effective_count(correlated(random, 2000, 0.7));
  EXPECT_GT(effective, 2000 * 0.3 / 1.7 * 0.8);
  EXPECT_LT(effective, 2000 * 0.3 / 1.7 * 1.3);
  EXPECT_EQ(effective_count(std::vector<double>(50, 3.0)), 50 * (1 - 1.0 / 50) / (1 + 1.0 / 50));
}

struct Coverage {
  double correlated = 0;
  double exact = 0;
};
Coverage coverage_at(double rho, std::size_t count) {
  Random random(17);
  constexpr int kTrials = 2000;
  Coverage covered;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::vector<double> values = correlated(random, count, rho);
    const auto wide = median_interval_correlated(values, 0.95);
    const auto narrow = median_interval(values, 0.95);
    // A refused interval claims nothing, so it is not wrong.
    covered.correlated += !wide || (wide->low <= 0 && 0 <= wide->high) ? 1.0 / kTrials : 0;
    covered.exact += narrow->low <= 0 && 0 <= narrow->high ? 1.0 / kTrials : 0;
  }
  return covered;
}

/// Research 4.2.5: 71 % becomes 96.7 %; independent samples pay little.
TEST(CorrelatedInterval, CoversWhatTheExactOneDoesNot) {
  const Coverage strong = coverage_at(0.7, 50);
  EXPECT_LT(strong.exact, 0.85);
  EXPECT_GE(strong.correlated, 0.92);
  const Coverage none = coverage_at(0, 50);
  EXPECT_GE(none.correlated, none.exact);
}

TEST(CorrelatedInterval, RefusesWhatIsTooCorrelated) {
  std::vector<double> ramp(20);
  for (std::size_t i = 0; i < ramp.size(); ++i) {
    ramp[i] = static_cast<double>(i);
  }
  EXPECT_EQ(median_interval_correlated(ramp, 0.95), std::nullopt);
}

TEST(IsDrifting, FindsPlantedDriftAndNoneInNoise) {
  Random random(9);
  int found = 0;
  int imagined = 0;
  for (int trial = 0; trial < 200; ++trial) {
    found += is_drifting(drifting(random, 100, 0.02, 0.05), 0.01) ? 1 : 0;
    imagined += is_drifting(drifting(random, 100, 0.02, 0), 0.01) ? 1 : 0;
  }
  EXPECT_GE(found, 190);
  EXPECT_LE(imagined, 4);
}

TEST(IsDrifting, IgnoresWhatIsSmallerThanAskedFor) {
  Random random(10);
  const std::vector<double> slow = drifting(random, 1000, 0.001, 0.004);
  EXPECT_GT(mann_kendall(slow).z, kTrendScore);
  EXPECT_TRUE(is_drifting(slow, 0.001));
  EXPECT_FALSE(is_drifting(slow, 0.01));
  EXPECT_FALSE(is_drifting(std::vector<double>{1, 2, 3}, 0.01));
}

TEST(HalfRatio, IsTheSecondOverTheFirst) {
  const HalfRatio halves = half_ratio(std::vector<double>{1, 1, 1, 2, 2, 2}, 0.95);
  EXPECT_EQ(halves.ratio, 2);
  EXPECT_EQ(halves.interval, std::nullopt);
  std::vector<double> values(12, 1.0);
  values.insert(values.end(), 12, 3.0);
  EXPECT_EQ(half_ratio(values, 0.95).interval, (Interval{3, 3}));
}

}  // namespace
}  // namespace assay::statistics
