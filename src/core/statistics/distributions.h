// SPDX-License-Identifier: MIT
// The distributions that intervals and tests stand on: binomial (in log space, so that a million
// trials do not underflow), normal, Student's t, incomplete beta.
#pragma once

#include <cstdint>

namespace assay::statistics {

double log_gamma(double x);
double log_choose(std::int64_t n, std::int64_t k);

/// P(Bin(n, p) = k).
double binomial_mass(std::int64_t n, double p, std::int64_t k);
/// P(Bin(n, p) <= k).
double binomial_cdf(std::int64_t n, double p, std::int64_t k);
/// The largest k with P(Bin(n, p) <= k) <= tail; -1 where even k = 0 is too probable.
std::int64_t binomial_tail_count(std::int64_t n, double p, double tail);

double normal_cdf(double z);
/// Checked: 0 < p < 1.
double normal_quantile(double p);

/// The regularised incomplete beta function I_x(a, b).
double incomplete_beta(double a, double b, double x);

double student_cdf(double t, double degrees);
/// Checked: 0 < p < 1.
double student_quantile(double p, double degrees);

}  // namespace assay::statistics
