// SPDX-License-Identifier: MIT
#include "core/statistics/distributions.h"

#include <math.h>  // lgamma_r: std::lgamma writes a global, a race where two threads analyse.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/check.h"

namespace assay::statistics {
namespace {

/// Continued fraction of the incomplete beta function by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecise = 1e-15;
  constexpr int kTermsMax = 100'000;  // About sqrt(max(a, b)) are needed.
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double numerator = 1;
  double denominator = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = denominator;
  for (int m = 1; m <= kTermsMax; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    denominator = 1 / away_from_zero(1 + even * denominator);
    numerator = away_from_zero(1 + even / numerator);
    fraction *= denominator * numerator;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    denominator = 1 / away_from_zero(1 + odd * denominator);
    numerator = away_from_zero(1 + odd / numerator);
    const double step = denominator * numerator;
    fraction *= step;
    if (std::abs(step - 1) < kPrecise) break;
  }
  return fraction;
}

/// Where a rising function reaches `target`, by halving an enclosing range.
template <class Function>
double solve_rising(const Function& function, double target) {
  double low = -1;
  double high = 1;
  while (function(low) > target) {
    low *= 2;
  }
  while (function(high) < target) {
    high *= 2;
  }
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    (function(middle) < target ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double log_choose(std::int64_t n, std::int64_t k) {
  ASSAY_CHECK(k >= 0 && k <= n, "a choice is made of what there is");
  const auto total = static_cast<double>(n);
  const auto chosen = static_cast<double>(k);
  return log_gamma(total + 1) - log_gamma(chosen + 1) - log_gamma(total - chosen + 1);
}

double binomial_mass(std::int64_t n, double p, std::int64_t k) {
  ASSAY_CHECK(p > 0 && p < 1, "a probability lies inside 0 and 1");
  if (k < 0 || k > n) return 0;
  return std::exp(log_choose(n, k) + static_cast<double>(k) * std::log(p) +
                  static_cast<double>(n - k) * std::log1p(-p));
}

double binomial_cdf(std::int64_t n, double p, std::int64_t k) {
  ASSAY_CHECK(p > 0 && p < 1, "a probability lies inside 0 and 1");
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incomplete_beta(static_cast<double>(n - k), static_cast<double>(k + 1), 1 - p);
}

std::int64_t binomial_tail_count(std::int64_t n, double p, double tail) {
  if (n <= 0) return -1;
  // What lies further below the mean cannot change the sum: e^-200 in the normal limit, and the
  // ten more cover the small counts, where the tail is heavier.
  const double mean = static_cast<double>(n) * p;
  const double start = std::max(0.0, std::floor(mean - 20 * std::sqrt(mean * (1 - p)) - 10));
  auto k = static_cast<std::int64_t>(start);
  double mass = binomial_mass(n, p, k);
  double sum = mass;
  while (sum <= tail && k < n) {
    mass *= static_cast<double>(n - k) / static_cast<double>(k + 1) * (p / (1 - p));
    ++k;
    sum += mass;
  }
  return k - 1;
}

double normal_cdf(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double p) {
  ASSAY_CHECK(p > 0 && p < 1, "a quantile is asked for a probability inside 0 and 1");
  if (p > 0.5) return -normal_quantile(1 - p);
  return solve_rising(normal_cdf, p);
}

double incomplete_beta(double a, double b, double x) {
  ASSAY_CHECK(a > 0 && b > 0, "the incomplete beta function has positive parameters");
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  // The fraction converges fast below the mean; above it the mirrored function does.
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_cdf(double t, double degrees) {
  ASSAY_CHECK(degrees > 0, "Student's t has degrees of freedom");
  const double tail = incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
  return t < 0 ? tail : 1 - tail;
}

double student_quantile(double p, double degrees) {
  ASSAY_CHECK(p > 0 && p < 1, "a quantile is asked for a probability inside 0 and 1");
  if (p > 0.5) return -student_quantile(1 - p, degrees);
  return solve_rising([degrees](double t) { return student_cdf(t, degrees); }, p);
}

}  // namespace assay::statistics
