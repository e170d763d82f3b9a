// SPDX-License-Identifier: MIT
#include "core/statistics/change_points.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/check.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "core/value.h"

namespace assay::statistics {
namespace {

/// Points on each side. Eight follow a sawtooth of tiles and still average the noise; fewer than
/// three on a side are a spike.
constexpr std::size_t kSide = 8;
constexpr std::size_t kSideMin = 3;
/// A spike leaves the levels beside it by more than four deviations, judged around the running
/// median of six points.
constexpr std::int64_t kSpikeWindow = 6;
constexpr double kSpikeScore = 4;

/// Exact data would score infinitely; a billionth of a log is rounding.
constexpr double kDeviationMin = 1e-9;

struct StepFit {
  double step = 0;
  double score = 0;  ///< |step| over its standard error.
};

/// Least squares of `level + slope * place + step * (after)` around `index`. Places are indexes:
/// the neighbourhood is short, and a slope over it is a slope over any smooth axis.
StepFit fit_step(std::span<const double> y, std::size_t index) {
  const std::size_t before = std::min(kSide, index);
  const std::size_t after = std::min(kSide, y.size() - index);
  const auto n = static_cast<double>(before + after);
  const double center = (n - 1) / 2;
  const double share = static_cast<double>(after) / n;
  double y_mean = 0;
  for (std::size_t i = 0; i < before + after; ++i) {
    y_mean += y[index - before + i] / n;
  }
  double xx = 0, dd = 0, xd = 0, xy = 0, dy = 0, yy = 0;
  for (std::size_t i = 0; i < before + after; ++i) {
    const double x = static_cast<double>(i) - center;
    const double d = (i >= before ? 1.0 : 0.0) - share;
    const double v = y[index - before + i] - y_mean;
    xx += x * x, dd += d * d, xd += x * d, xy += x * v, dy += d * v, yy += v * v;
  }
  const double own = dd - xd * xd / xx;  // What of the step the slope cannot imitate.
  const double step = (dy - xd * xy / xx) / own;
  const double slope = (xy - step * xd) / xx;
  const double rest = std::max(0.0, yy - slope * xy - step * dy);
  const double variance = std::max(rest / (n - 3), kDeviationMin * kDeviationMin);
  return {step, std::abs(step) / std::sqrt(variance / own)};
}

struct Strongest {
  std::size_t index = 0;
  StepFit fit;
};

Strongest find_strongest(std::span<const double> y) {
  Strongest strongest;
  for (std::size_t index = kSideMin; index + kSideMin <= y.size(); ++index) {
    const StepFit fit = fit_step(y, index);
    if (fit.score > strongest.fit.score) strongest = {index, fit};
  }
  return strongest;
}

/// The medians of up to `kSideMin` points before and after a place.
Interval levels_around(std::span<const double> y, std::size_t place) {
  const std::size_t before = std::min(kSideMin, place);
  const std::size_t after = std::min(kSideMin, y.size() - 1 - place);
  const double right = after > 0 ? median(y.subspan(place + 1, after)) : y[place - 1];
  const double left = before > 0 ? median(y.subspan(place - before, before)) : right;
  return {std::min(left, right), std::max(left, right)};
}

/// A point beyond both of its neighbouring levels is brought near them; beside a step one of the
/// levels is its own, so that steps stay as high as they are.
std::vector<double> without_spikes(std::span<const double> y) {
  const std::vector<double> level = running_median(y, kSpikeWindow);
  std::vector<double> away(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    away[i] = y[i] - level[i];
  }
  const double most = kSpikeScore * robust_deviation(away);
  std::vector<double> cut(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Interval around = levels_around(y, i);
    cut[i] = std::clamp(y[i], around.low - most, around.high + most);
  }
  return cut;
}

std::vector<double> largest_by_chance(std::vector<double> residuals, const SearchPlan& plan) {
  Random random(plan.seed);
  std::vector<double> largest(static_cast<std::size_t>(plan.permutations));
  for (double& score : largest) {
    random.shuffle(std::span(residuals));
    score = find_strongest(residuals).fit.score;
  }
  std::sort(largest.begin(), largest.end());
  return largest;
}

}  // namespace

std::vector<ChangePoint> find_change_points(const AxisSeries& series, const SearchPlan& plan) {
  std::vector<ChangePoint> found;
  if (std::ssize(series.y) < kSeriesPointsMin) return found;
  std::vector<double> y = without_spikes(series.y);
  const std::vector<double> null = largest_by_chance(without_trend({series.x, y}), plan);
  // Each step found is taken off before the next is searched; a series of n points cannot have
  // more than n / kSideMin.
  for (std::size_t i = 0; i < y.size() / kSideMin; ++i) {
    const Strongest strongest = find_strongest(y);
    const double p = permutation_share(null, strongest.fit.score);
    if (p > plan.alpha || strongest.fit.score <= 1) break;
    found.push_back({strongest.index, strongest.fit.step, p});
    for (std::size_t after = strongest.index; after < y.size(); ++after) {
      y[after] -= strongest.fit.step;
    }
  }
  std::sort(found.begin(), found.end(),
            [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
  return found;
}

std::optional<double> step_at(const AxisSeries& series, std::size_t index) {
  ASSAY_CHECK_LT(index, series.y.size(), "a step lies before a point of the series");
  if (index < kSideMin || index + kSideMin > series.y.size()) return std::nullopt;
  return fit_step(series.y, index).step;
}

}  // namespace assay::statistics
