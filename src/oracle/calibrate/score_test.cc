// SPDX-License-Identifier: MIT
#include "oracle/calibrate/score.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"

namespace assay::calibrate {
namespace {

TEST(Score, ByHand) {
  const std::vector<Predicted> all{{100, 110}, {100, 80}, {200, 200}, {400, 600}};
  const Score found = score(all);
  EXPECT_EQ(found.count, 4);
  EXPECT_NEAR(found.mape, (0.1 + 0.2 + 0 + 0.5) / 4, 1e-12);
  EXPECT_NEAR(found.mdape, 0.15, 1e-12);
  EXPECT_NEAR(found.bias, (0.1 - 0.2 + 0 + 0.5) / 4, 1e-12);
  EXPECT_NEAR(found.worst, 0.5, 1e-12);
  EXPECT_NEAR(found.ratio, std::pow(1.1 * 0.8 * 1 * 1.5, 0.25), 1e-12);
  EXPECT_FALSE(found.coverage.has_value()) << "nothing was promised";
}

TEST(Score, PerfectPredictionsArePerfect) {
  const std::vector<Predicted> all{{1, 1, 0.1}, {20, 20, 0.1}, {300, 300, 0.1}};
  const Score found = score(all);
  EXPECT_EQ(found.mape, 0);
  EXPECT_EQ(found.r2_log, 1);
  EXPECT_EQ(found.tau, 1);
  EXPECT_EQ(found.coverage, 1.0);
}

TEST(Score, CoverageCountsOnlyWhatWasPromised) {
  const std::vector<Predicted> all{{100, 105, 0.1}, {100, 130, 0.1}, {100, 900, 0}};
  EXPECT_EQ(score(all).coverage, 0.5);
}

TEST(Score, AConstantExplainsNothing) {
  const std::vector<Predicted> all{{1, 10}, {10, 10}, {100, 10}};
  const Score found = score(all);
  EXPECT_NEAR(found.r2_log, 0, 1e-12);
  EXPECT_EQ(found.tau, 0);
}

TEST(KendallTau, IsSymmetricAndChangesSignWithTheOrder) {
  Random random(3);
  std::vector<double> left;
  std::vector<double> right;
  for (int i = 0; i < 40; ++i) {
    left.push_back(std::floor(10 * random.uniform()));
    right.push_back(left.back() + 5 * random.uniform());
  }
  std::vector<double> turned;
  for (const double value : right)
    turned.push_back(-value);
  const double tau = kendall_tau(left, right);
  EXPECT_GT(tau, 0.3);
  EXPECT_LT(tau, 1);
  EXPECT_NEAR(kendall_tau(right, left), tau, 1e-12);
  EXPECT_NEAR(kendall_tau(left, turned), -tau, 1e-12);
  const std::vector<double> four{1, 2, 3, 4};
  EXPECT_NEAR(kendall_tau(four, std::vector<double>{1, 2, 4, 3}), 4. / 6, 1e-12);
  EXPECT_EQ(kendall_tau(four, std::vector<double>{7, 7, 7, 7}), 0);
}

TEST(ScoreDeath, TimesAreAboveZero) {
  EXPECT_DEATH(score(std::vector<Predicted>{{0, 1}}), "above 0");
}

}  // namespace
}  // namespace assay::calibrate
