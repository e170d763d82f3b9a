// SPDX-License-Identifier: MIT
#include "core/statistics/periods.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/check.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

constexpr std::array<int, 6> kModuli{2, 4, 8, 16, 32, 64};
constexpr std::int64_t kClassPointsMin = 3;
/// Wide enough to hold two multiples of 8, short enough to follow a change of regime.
constexpr std::int64_t kLevelWindow = 16;

/// The points of an axis that are multiples of one modulus.
struct Class {
  int modulus = 0;
  std::vector<std::size_t> multiples;
};

std::vector<Class> classes_of(std::span<const double> x) {
  std::vector<Class> classes;
  for (const int modulus : kModuli) {
    Class one{modulus, {}};
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::fmod(x[i], modulus) == 0) one.multiples.push_back(i);
    }
    const std::int64_t others = std::ssize(x) - std::ssize(one.multiples);
    const bool has_both = std::ssize(one.multiples) >= kClassPointsMin && others >= kClassPointsMin;
    if (has_both) classes.push_back(std::move(one));
  }
  return classes;
}

/// The part of the squared spread of centred residuals that the class explains: comparable between
/// classes of different sizes.
double explained(const Class& one, std::span<const double> residuals) {
  double sum = 0;
  for (const std::size_t i : one.multiples) {
    sum += residuals[i];
  }
  const auto in = static_cast<double>(one.multiples.size());
  const auto out = static_cast<double>(residuals.size()) - in;
  return sum * sum * (1 / in + 1 / out);
}

/// Without trend and slow changes: what is left is noise, and periods where there are any.
std::vector<double> residuals_of(const AxisSeries& series) {
  std::vector<double> rest = without_trend(series);
  const std::vector<double> level = running_median(rest, kLevelWindow);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] -= level[i];
  }
  return rest;
}

void center(std::vector<double>& values) {
  const double middle = mean(values);
  for (double& value : values) {
    value -= middle;
  }
}

/// The largest share that any class explains, under shuffled residuals, in rising order.
std::vector<double> largest_by_chance(std::span<const Class> classes, std::vector<double> residuals,
                                      const SearchPlan& plan) {
  Random random(plan.seed);
  std::vector<double> largest(static_cast<std::size_t>(plan.permutations));
  for (double& most : largest) {
    random.shuffle(std::span(residuals));
    most = 0;
    for (const Class& one : classes) {
      most = std::max(most, explained(one, residuals));
    }
  }
  std::sort(largest.begin(), largest.end());
  return largest;
}

/// Median of the others minus median of the multiples.
double effect_of(const Class& one, std::span<const double> residuals) {
  std::vector<double> in;
  std::vector<double> out;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const bool is_multiple = std::binary_search(one.multiples.begin(), one.multiples.end(), i);
    (is_multiple ? in : out).push_back(residuals[i]);
  }
  return median(out) - median(in);
}

std::optional<PeriodEffect> find_strongest(const std::vector<Class>& classes,
                                           std::vector<double> residuals, const SearchPlan& plan,
                                           const Class** found) {
  center(residuals);
  double most = 0;
  for (const Class& one : classes) {
    const double share = explained(one, residuals);
    if (share > most) {
      most = share;
      *found = &one;
    }
  }
  if (most <= 0) return std::nullopt;
  const double p = permutation_share(largest_by_chance(classes, residuals, plan), most);
  if (p > plan.alpha) return std::nullopt;
  return PeriodEffect{(*found)->modulus, effect_of(**found, residuals), p};
}

}  // namespace

std::vector<PeriodEffect> find_periods(const AxisSeries& series, const SearchPlan& plan) {
  std::vector<PeriodEffect> periods;
  if (std::ssize(series.y) < kSeriesPointsMin) return periods;
  std::vector<Class> classes = classes_of(series.x);
  std::vector<double> residuals = residuals_of(series);
  while (!classes.empty()) {
    const Class* found = nullptr;
    const auto period = find_strongest(classes, residuals, plan, &found);
    if (!period) break;
    for (const std::size_t i : found->multiples) {
      residuals[i] += period->effect;
    }
    std::erase_if(classes, [&](const Class& one) { return one.modulus == period->modulus; });
    periods.push_back(*period);
  }
  return periods;
}

std::vector<double> without_periods(const AxisSeries& series,
                                    const std::vector<PeriodEffect>& periods) {
  std::vector<double> rest(series.y.begin(), series.y.end());
  for (const PeriodEffect& period : periods) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (std::fmod(series.x[i], period.modulus) != 0) rest[i] -= period.effect;
    }
  }
  return rest;
}

}  // namespace assay::statistics
