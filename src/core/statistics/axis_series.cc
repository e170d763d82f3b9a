// SPDX-License-Identifier: MIT
#include "core/statistics/axis_series.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/statistics/order_statistics.h"

namespace assay::statistics {

std::vector<double> without_trend(const AxisSeries& series) {
  ASSAY_CHECK_EQ(series.x.size(), series.y.size(), "a series has one value per point");
  std::vector<double> log_x;
  for (const double x : series.x) {
    ASSAY_CHECK_GT(x, 0.0, "an axis with a trend over its logarithm is positive");
    log_x.push_back(std::log(x));
  }
  const double x_center = mean(log_x);
  const double y_center = mean(series.y);
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < log_x.size(); ++i) {
    products += (log_x[i] - x_center) * (series.y[i] - y_center);
    squares += (log_x[i] - x_center) * (log_x[i] - x_center);
  }
  const double slope = squares > 0 ? products / squares : 0;
  std::vector<double> rest;
  for (std::size_t i = 0; i < log_x.size(); ++i) {
    rest.push_back(series.y[i] - y_center - slope * (log_x[i] - x_center));
  }
  return rest;
}

std::vector<double> running_median(std::span<const double> values, std::int64_t window) {
  ASSAY_CHECK(window > 0 && window % 2 == 0, "an even window averages two alternating levels");
  const std::int64_t count = std::ssize(values);
  const std::int64_t width = std::min(window, count);
  std::vector<double> medians;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t first = std::clamp<std::int64_t>(i - width / 2, 0, count - width);
    medians.push_back(
        median(values.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(width))));
  }
  return medians;
}

double robust_deviation(std::span<const double> residuals) {
  std::vector<double> sizes;
  for (const double residual : residuals) {
    sizes.push_back(std::abs(residual));
  }
  return 1.4826 * median(sizes);  // Of normal residuals, this is their standard deviation.
}

double permutation_share(std::span<const double> sorted_null, double seen) {
  const auto reached =
      sorted_null.end() - std::lower_bound(sorted_null.begin(), sorted_null.end(), seen);
  return static_cast<double>(reached + 1) / static_cast<double>(std::ssize(sorted_null) + 1);
}

}  // namespace assay::statistics
