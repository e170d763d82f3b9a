// SPDX-License-Identifier: MIT
// How good predictions are, in numbers that cannot all be flattered at once: MAPE rewards those
// that are too low, so bias and the geometric ratio stand beside it; R2 of times is decided by the
// largest, so it is that of logarithms; and a ranking may be right where no time is.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace assay::calibrate {

struct Predicted {
  double measured = 0;  ///< Nanoseconds, above 0; so is what was predicted.
  double predicted = 0;
  double log_half_width = 0;  ///< Of the interval that was promised; 0: none was.
};

struct Score {
  int count = 0;
  double mape = 0;    ///< Mean of |predicted - measured| / measured, as the others a fraction.
  double mdape = 0;   ///< Its median,
  double p90 = 0;     ///< its 90th percentile,
  double worst = 0;   ///< its largest.
  double bias = 0;    ///< Mean of (predicted - measured) / measured: above 0 too slow.
  double ratio = 1;   ///< Geometric mean of predicted / measured.
  double r2_log = 0;  ///< 1 - squares left / squares around the mean, of logarithms.
  double tau = 0;     ///< Kendall's tau-b: 1 the same order, 0 none.
  std::optional<double> coverage = {};  ///< Share of measured times within the intervals.
};

/// Checked: not empty.
Score score(std::span<const Predicted> all);

/// Kendall's tau-b of two series of one length; 0 where one of them is constant.
double kendall_tau(std::span<const double> left, std::span<const double> right);

/// |predicted - measured| / measured
double relative_error(const Predicted& one);

}  // namespace assay::calibrate
