// SPDX-License-Identifier: MIT
#include "core/statistics/order_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/statistics/distributions.h"

namespace assay::statistics {
namespace {

constexpr double kConfidence = 0.95;

}  // namespace

double median(std::span<const double> values) {
  ASSAY_CHECK(!values.empty(), "the median of nothing is not a number");
  std::vector<double> copy(values.begin(), values.end());
  const auto middle = copy.begin() + static_cast<std::ptrdiff_t>(copy.size() / 2);
  std::nth_element(copy.begin(), middle, copy.end());
  if (copy.size() % 2 == 1) return *middle;
  return (*std::max_element(copy.begin(), middle) + *middle) / 2;
}

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  return quantile_interval(values, 0.5, confidence);
}

double quantile(std::span<const double> values, double p) {
  return quantile_of_sorted(to_sorted(values), p);
}

std::optional<Interval> quantile_interval(std::span<const double> values, double p,
                                          double confidence) {
  return quantile_interval_of_sorted(to_sorted(values), p, confidence);
}

std::vector<double> to_sorted(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double quantile_of_sorted(std::span<const double> sorted, double p) {
  ASSAY_CHECK(!sorted.empty(), "a quantile of nothing is not a number");
  ASSAY_CHECK(p >= 0 && p <= 1, "a quantile lies between 0 and 1");
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

std::optional<Interval> quantile_interval_of_sorted(std::span<const double> sorted, double p,
                                                    double confidence) {
  const auto ranks = quantile_ranks(static_cast<std::int64_t>(sorted.size()), p, confidence);
  if (!ranks) return std::nullopt;
  return Interval{sorted[static_cast<std::size_t>(ranks->low)],
                  sorted[static_cast<std::size_t>(ranks->high)]};
}

std::optional<Ranks> quantile_ranks(std::int64_t count, double p, double confidence) {
  ASSAY_CHECK(p > 0 && p < 1, "a quantile with an interval lies inside 0 and 1");
  ASSAY_CHECK(confidence > 0 && confidence < 1, "a confidence lies inside 0 and 1");
  const double tail = (1 - confidence) / 2;
  // From below: P(Bin(n, p) <= low) <= tail. From above the same, seen with p mirrored.
  const std::int64_t low = binomial_tail_count(count, p, tail);
  const std::int64_t high = binomial_tail_count(count, 1 - p, tail);
  if (low < 0 || high < 0) return std::nullopt;
  return Ranks{low, count - 1 - high};
}

double mean(std::span<const double> values) {
  ASSAY_CHECK(!values.empty(), "the mean of nothing is not a number");
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  const double center = mean(values);
  if (values.size() == 1) return 0;
  double squares = 0;
  for (const double value : values) {
    squares += (value - center) * (value - center);
  }
  return squares / static_cast<double>(values.size() - 1);
}

std::int64_t percentile_samples_min(double p) {
  ASSAY_CHECK(p > 0 && p < 1, "a percentile lies inside 0 and 1");
  const double tail = p < 0.99 ? (1 - kConfidence) / 2 : 1 - kConfidence;
  return static_cast<std::int64_t>(std::ceil(std::log(tail) / std::log(p)));
}

}  // namespace assay::statistics
