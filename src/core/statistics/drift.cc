// SPDX-License-Identifier: MIT
#include "core/statistics/drift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "core/check.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

/// Ranks from 0, equal values sharing the middle of their ranks.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) {
      ++last;
    }
    for (std::size_t i = first; i <= last; ++i) {
      ranks[order[i]] = static_cast<double>(first + last) / 2;
    }
    first = last + 1;
  }
  return ranks;
}

/// Sorts by merging and counts the pairs that stood in falling order.
std::int64_t sort_and_count_falling(std::span<double> values, std::span<double> scratch) {
  if (values.size() < 2) return 0;
  const std::size_t half = values.size() / 2;
  const std::span<double> left = values.first(half);
  const std::span<double> right = values.subspan(half);
  std::int64_t falling = sort_and_count_falling(left, scratch.first(half)) +
                         sort_and_count_falling(right, scratch.subspan(half));
  std::size_t l = 0;
  std::size_t r = 0;
  for (double& next : scratch) {
    const bool take_right = l == left.size() || (r < right.size() && right[r] < left[l]);
    if (take_right) falling += static_cast<std::int64_t>(left.size() - l);
    next = take_right ? right[r++] : left[l++];
  }
  std::copy(scratch.begin(), scratch.end(), values.begin());
  return falling;
}

}  // namespace

double lag1_autocorrelation(std::span<const double> values) {
  if (values.size() < 3) return 0;
  const std::vector<double> ranks = ranks_of(values);
  const double center = mean(ranks);
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    squares += (ranks[i] - center) * (ranks[i] - center);
    if (i > 0) products += (ranks[i] - center) * (ranks[i - 1] - center);
  }
  return squares > 0 ? products / squares : 0;
}

double effective_count(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  if (values.size() < 3) return count;
  const double r1 = lag1_autocorrelation(values);
  const double a = std::clamp(r1 + (1 + 4 * r1) / count, 0.0, 0.98);
  return count * (1 - a) / (1 + a);
}

std::optional<Interval> median_interval_correlated(std::span<const double> values,
                                                   double confidence) {
  const auto exact = quantile_ranks(std::ssize(values), 0.5, confidence);
  const double effective = effective_count(values);
  if (!exact || effective < 6) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  const double half =
      normal_quantile((1 + confidence) / 2) * std::sqrt(count) / 2 * std::sqrt(count / effective);
  const double widened = std::floor((count - 1) / 2 - half);
  const double low = std::min(widened, static_cast<double>(exact->low));
  if (low < 0) return std::nullopt;
  const std::vector<double> sorted = to_sorted(values);
  const auto index = static_cast<std::size_t>(low);
  return Interval{sorted[index], sorted[sorted.size() - 1 - index]};
}

MannKendall mann_kendall(std::span<const double> values) {
  MannKendall result;
  std::vector<double> sorted(values.begin(), values.end());
  std::vector<double> scratch(values.size());
  const std::int64_t falling = sort_and_count_falling(sorted, scratch);
  const auto count = static_cast<double>(values.size());
  double tied_pairs = 0;
  double spread = count * (count - 1) * (2 * count + 5);
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    const auto tied = static_cast<double>(last - first);
    tied_pairs += tied * (tied - 1) / 2;
    spread -= tied * (tied - 1) * (2 * tied + 5);
    first = last;
  }
  const double pairs = count * (count - 1) / 2;
  result.s = static_cast<std::int64_t>(pairs - tied_pairs) - 2 * falling;
  if (result.s == 0 || spread <= 0) return result;
  const double toward_zero = result.s > 0 ? -1 : 1;
  result.z = (static_cast<double>(result.s) + toward_zero) / std::sqrt(spread / 18);
  return result;
}

HalfRatio half_ratio(std::span<const double> values, double confidence) {
  ASSAY_CHECK_GE(values.size(), 2U, "two halves need two values");
  const auto first = values.first(values.size() / 2);
  const auto second = values.subspan(values.size() - first.size());
  const Value ratio = Value::measured(median(second), median_interval(second, confidence)) /
                      Value::measured(median(first), median_interval(first, confidence));
  if (!ratio.has_number()) return {};
  const bool both = median_interval(first, confidence) && median_interval(second, confidence);
  return {ratio.number(), both ? ratio.interval() : std::nullopt};
}

bool is_drifting(std::span<const double> values, double smallest) {
  if (values.size() < 4) return false;
  const HalfRatio halves = half_ratio(values, 0.95);
  if (std::abs(std::log(halves.ratio)) <= std::log1p(smallest)) return false;
  const bool halves_differ =
      halves.interval && (halves.interval->low > 1 || halves.interval->high < 1);
  return halves_differ || std::abs(mann_kendall(values).z) > kTrendScore;
}

}  // namespace assay::statistics
