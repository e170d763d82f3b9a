// SPDX-License-Identifier: MIT
// One value per point of a numeric axis, and what is needed to ask it for steps and periods: its
// trend, its local level, and its noise. Values are logs, so that effects are ratios.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::statistics {

/// `x` rises strictly and is positive; `y` is as long.
struct AxisSeries {
  std::span<const double> x;
  std::span<const double> y;
};

/// Fewer points have no neighbourhood to compare a step or a class with.
inline constexpr std::int64_t kSeriesPointsMin = 12;

struct SearchPlan {
  std::int64_t permutations = 999;
  std::uint64_t seed = 1;
  double alpha = 0.05;  ///< For the whole search in one series, not for each place in it.
};

/// What is left of y without a straight line over log x.
std::vector<double> without_trend(const AxisSeries& series);

/// The median of the `window` values around each place (an even count, so that two alternating
/// levels average), shifted inwards at the ends. It keeps steps and forgets spikes.
std::vector<double> running_median(std::span<const double> values, std::int64_t window);

/// Standard deviation of what is left around a level, judged by its median: spikes do not count.
double robust_deviation(std::span<const double> residuals);

/// Share of the largest statistics under permutation that reach `seen`, (b + 1) / (B + 1).
double permutation_share(std::span<const double> sorted_null, double seen);

}  // namespace assay::statistics
