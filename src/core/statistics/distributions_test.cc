// SPDX-License-Identifier: MIT
#include "core/statistics/distributions.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::statistics {
namespace {

TEST(Binomial, MassesOfAFairCoin) {
  EXPECT_NEAR(binomial_mass(4, 0.5, 2), 6.0 / 16, 1e-14);
  EXPECT_EQ(binomial_mass(4, 0.5, 5), 0);
  EXPECT_EQ(binomial_mass(4, 0.5, -1), 0);
}

TEST(Binomial, CdfIsTheSumOfTheMasses) {
  for (const double p : {0.03, 0.5, 0.9}) {
    double sum = 0;
    for (int k = 0; k <= 40; ++k) {
      sum += binomial_mass(40, p, k);
      EXPECT_NEAR(binomial_cdf(40, p, k), sum, 1e-12) << k << " of 40 at " << p;
    }
  }
}

TEST(Binomial, TailCountAgreesWithTheCdf) {
  for (const std::int64_t n : {1, 5, 6, 37, 400, 1'000'000}) {
    for (const double p : {0.001, 0.5, 0.9, 0.999}) {
      const std::int64_t k = binomial_tail_count(n, p, 0.025);
      EXPECT_LE(binomial_cdf(n, p, k), 0.025) << n << ' ' << p;
      EXPECT_GT(binomial_cdf(n, p, k + 1), 0.025) << n << ' ' << p;
    }
  }
}

/// Printed in every table of the normal and of Student's distribution.
TEST(Normal, QuantilesOfTheTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.025), -1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-12);
  EXPECT_NEAR(normal_cdf(1), 0.841344746068543, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-12), -7.034483825301131, 1e-9);
}

TEST(Student, QuantilesOfTheTables) {
  EXPECT_NEAR(student_quantile(0.975, 1), 12.7062047, 1e-6);
  EXPECT_NEAR(student_quantile(0.975, 2), 4.30265273, 1e-7);
  EXPECT_NEAR(student_quantile(0.975, 4), 2.77644511, 1e-7);
  EXPECT_NEAR(student_quantile(0.95, 9), 1.83311293, 1e-7);
  EXPECT_NEAR(student_quantile(0.975, 1e7), 1.959964, 1e-5);
  EXPECT_NEAR(student_cdf(-2.77644511, 4), 0.025, 1e-9);
}

TEST(IncompleteBeta, HasItsClosedForms) {
  EXPECT_NEAR(incomplete_beta(1, 1, 0.3), 0.3, 1e-14);
  EXPECT_NEAR(incomplete_beta(2, 1, 0.3), 0.09, 1e-14);
  EXPECT_NEAR(incomplete_beta(1, 3, 0.3), 1 - 0.343, 1e-14);
  EXPECT_NEAR(incomplete_beta(5, 5, 0.5), 0.5, 1e-13);
  EXPECT_EQ(incomplete_beta(2, 3, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 3, 1), 1);
}

}  // namespace
}  // namespace assay::statistics
