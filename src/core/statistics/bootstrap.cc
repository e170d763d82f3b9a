// SPDX-License-Identifier: MIT
#include "core/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/random.h"
#include "core/statistics/distributions.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {
namespace {

/// The statistic of `resamples` samples drawn with replacement, in rising order.
std::vector<double> resample(std::span<const double> values, const Statistic& statistic,
                             const BootstrapPlan& plan) {
  Random random(plan.seed);
  std::vector<double> drawn(values.size());
  std::vector<double> results(static_cast<std::size_t>(plan.resamples));
  for (double& result : results) {
    for (double& value : drawn) {
      value = values[static_cast<std::size_t>(random.below(values.size()))];
    }
    result = statistic(drawn);
  }
  std::sort(results.begin(), results.end());
  return results;
}

/// Normal score of the share of resamples below the estimate. Ties count half: a discrete
/// statistic is not biased because it repeats itself.
double bias_correction(std::span<const double> sorted, double estimate) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), estimate);
  const auto below = static_cast<double>(first - sorted.begin());
  const auto equal = static_cast<double>(last - first);
  const auto count = static_cast<double>(sorted.size());
  const double share = (below + equal / 2) / count;
  return normal_quantile(std::clamp(share, 0.5 / count, 1 - 0.5 / count));
}

}  // namespace

double jackknife_acceleration(std::span<const double> values, const Statistic& statistic) {
  ASSAY_CHECK_GE(values.size(), 2U, "a jackknife leaves one value out and needs another");
  std::vector<double> without(values.begin() + 1, values.end());
  std::vector<double> results;
  results.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    results.push_back(statistic(without));
    if (i < without.size()) without[i] = values[i];
  }
  const double center = mean(results);
  double squares = 0;
  double cubes = 0;
  for (const double result : results) {
    const double away = center - result;
    squares += away * away;
    cubes += away * away * away;
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapPlan& plan) {
  ASSAY_CHECK_GE(plan.resamples, 100, "the tails of fewer resamples are not there");
  const double acceleration = jackknife_acceleration(values, statistic);
  const std::vector<double> sorted = resample(values, statistic, plan);
  const double bias = bias_correction(sorted, statistic(values));
  const auto bound = [&](double p) {
    const double score = bias + normal_quantile(p);
    return quantile_of_sorted(sorted, normal_cdf(bias + score / (1 - acceleration * score)));
  };
  return {bound((1 - plan.confidence) / 2), bound((1 + plan.confidence) / 2)};
}

}  // namespace assay::statistics
