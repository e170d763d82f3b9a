// SPDX-License-Identifier: MIT
// Where a series over an axis jumps. Around every place, the points before and after it are fitted
// with one slope and a step between them, so that neither a trend nor a slow curve is taken for a
// jump. The step is judged against the noise of its own neighbourhood, and the largest of all
// places against the largest that shuffled residuals give: the p-value is for the whole search.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/statistics/axis_series.h"

namespace assay::statistics {

struct ChangePoint {
  std::size_t index = 0;  ///< The first point after the step.
  double step = 0;        ///< Level after minus level before, in logs.
  double p_value = 1;
};

/// In the order of the axis. Empty for fewer than kSeriesPointsMin points. Single spikes are cut
/// first; periods should have been taken away (`without_periods`).
std::vector<ChangePoint> find_change_points(const AxisSeries& series, const SearchPlan& plan);

/// The step before `index` as the points around it show it: for asking every process of its own.
/// None where a side has fewer than three points.
std::optional<double> step_at(const AxisSeries& series, std::size_t index);

}  // namespace assay::statistics
