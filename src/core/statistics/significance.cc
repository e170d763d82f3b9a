// SPDX-License-Identifier: MIT
#include "core/statistics/significance.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "core/statistics/distributions.h"

namespace assay::statistics {
namespace {

constexpr std::int64_t kSplitsMax = 20'000;

/// How far two groups are apart. Few values have few distinct medians, so that many splits tie in
/// them (4 against 4 evenly spaced: four of 70); the means break the tie.
struct Distance {
  double medians = 0;
  double means = 0;
};

/// Sums in another order differ in the last bits; what is that close counts as equal.
bool is_as_far(const Distance& other, const Distance& seen) {
  constexpr double kSlack = 1e-12;
  if (other.medians > seen.medians * (1 + kSlack)) return true;
  if (other.medians < seen.medians * (1 - kSlack)) return false;
  return other.means >= seen.means * (1 - kSlack);
}

/// Twice the median, and the sum, of values that come in rising order.
struct RisingGroup {
  explicit RisingGroup(std::size_t size) : count(size) {}
  void add(double value) {
    if (seen == (count - 1) / 2) middle += value;
    if (seen == count / 2) middle += value;
    sum += value;
    ++seen;
  }
  double mean() const { return sum / static_cast<double>(count); }

  std::size_t count;
  std::size_t seen = 0;
  double middle = 0;
  double sum = 0;
};

/// Both groups in one rising row. Which of them are in the left group is a row of flags, so a split
/// is judged in one pass, without sorting again.
class Splits {
 public:
  Splits(std::span<const double> left, std::span<const double> right) {
    for (const double value : left) {
      rows_.push_back({value, 1});
    }
    for (const double value : right) {
      rows_.push_back({value, 0});
    }
    std::sort(rows_.begin(), rows_.end());
    left_count_ = left.size();
  }

  /// The flags of the groups as they were given.
  std::vector<char> as_given() const {
    std::vector<char> is_left;
    for (const auto& row : rows_) {
      is_left.push_back(row.second);
    }
    return is_left;
  }

  Distance distance(const std::vector<char>& is_left) const {
    RisingGroup left(left_count_);
    RisingGroup right(rows_.size() - left_count_);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      (is_left[i] != 0 ? left : right).add(rows_[i].first);
    }
    return {std::abs(left.middle - right.middle) / 2, std::abs(left.mean() - right.mean())};
  }

 private:
  std::vector<std::pair<double, char>> rows_;
  std::size_t left_count_ = 0;
};

std::vector<std::size_t> rising_order(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

double permutation_p_value(std::span<const double> left, std::span<const double> right,
                           std::uint64_t seed) {
  ASSAY_CHECK(!left.empty() && !right.empty(), "a comparison has two sides");
  const Splits splits(left, right);
  std::vector<char> is_left = splits.as_given();
  const Distance seen = splits.distance(is_left);
  const auto is_extreme = [&] { return is_as_far(splits.distance(is_left), seen) ? 1 : 0; };
  std::int64_t extreme = 0;
  const double log_total = log_choose(std::ssize(is_left), std::ssize(left));
  if (log_total <= std::log(static_cast<double>(kSplitsMax) + 0.5)) {
    std::int64_t total = 0;
    std::sort(is_left.begin(), is_left.end());
    do {
      extreme += is_extreme();
      ++total;
    } while (std::next_permutation(is_left.begin(), is_left.end()));
    return static_cast<double>(extreme) / static_cast<double>(total);
  }
  Random random(seed);
  for (std::int64_t i = 0; i < kSplitsMax; ++i) {
    random.shuffle(std::span(is_left));
    extreme += is_extreme();
  }
  return static_cast<double>(extreme + 1) / static_cast<double>(kSplitsMax + 1);
}

double fisher_exact_p_value(const Rate& left, const Rate& right) {
  ASSAY_CHECK(left.hits >= 0 && left.hits <= left.count, "hits are among the count");
  ASSAY_CHECK(right.hits >= 0 && right.hits <= right.count, "hits are among the count");
  const std::int64_t hits = left.hits + right.hits;
  const double log_all = log_choose(left.count + right.count, hits);
  const auto log_mass = [&](std::int64_t in_left) {
    return log_choose(left.count, in_left) + log_choose(right.count, hits - in_left) - log_all;
  };
  const double seen = log_mass(left.hits) + 1e-9;  // Equal masses differ in the last bits.
  const std::int64_t first = std::max<std::int64_t>(0, hits - right.count);
  const std::int64_t last = std::min(hits, left.count);
  double sum = 0;
  for (std::int64_t in_left = first; in_left <= last; ++in_left) {
    const double mass = log_mass(in_left);
    if (mass <= seen) sum += std::exp(mass);
  }
  return std::min(1.0, sum);
}

std::vector<double> adjust_holm(std::span<const double> p_values) {
  const std::vector<std::size_t> order = rising_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto remaining = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, remaining * p_values[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values) {
  const std::vector<std::size_t> order = rising_order(p_values);
  std::vector<double> adjusted(p_values.size());
  const auto count = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest = std::min(smallest, p_values[order[i]] * count / static_cast<double>(i + 1));
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace assay::statistics
