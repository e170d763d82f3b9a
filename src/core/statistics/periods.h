// SPDX-License-Identifier: MIT
// Does it matter whether the size is a multiple of 8? Compares, along an integer axis, multiples of
// 2, 4, 8, 16, 32 and 64 with the other points, after the trend of the work and its slow changes
// have been taken away. The modulus that explains most is found first and removed, so that an
// effect of 8 is not reported again as one of 2, 4 and 16.
#pragma once

#include <vector>

#include "core/statistics/axis_series.h"

namespace assay::statistics {

struct PeriodEffect {
  int modulus = 0;
  double effect = 0;  ///< Level of the others minus level of the multiples, in logs.
  double p_value = 1;
};

/// The strongest first. Empty for fewer than kSeriesPointsMin points. Checked: `x` are integers.
std::vector<PeriodEffect> find_periods(const AxisSeries& series, const SearchPlan& plan);

/// y with the effects taken off the points that are not multiples: what steps are searched in.
std::vector<double> without_periods(const AxisSeries& series,
                                    const std::vector<PeriodEffect>& periods);

}  // namespace assay::statistics
