// SPDX-License-Identifier: MIT
// Bias-corrected and accelerated bootstrap: an interval for any smooth statistic (a mean, a
// variance, a fitted parameter). For a median use order statistics: its jackknife is inconsistent.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/value.h"

namespace assay::statistics {

using Statistic = std::function<double(std::span<const double>)>;

struct BootstrapPlan {
  std::int64_t resamples = 10'000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

/// Checked: at least two values.
Interval bca_interval(std::span<const double> values, const Statistic& statistic,
                      const BootstrapPlan& plan);

/// The acceleration: a sixth of the skewness of the jackknife values.
double jackknife_acceleration(std::span<const double> values, const Statistic& statistic);

}  // namespace assay::statistics
