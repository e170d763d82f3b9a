// SPDX-License-Identifier: MIT
// Findings as points with named coordinates: what requests for figures and tables select from. A
// point is one arm of a trial, or one ratio; `column_of` and `cell_of` answer for factors, metrics,
// observed mechanisms and the point's own words (trial, label, arm, base, other, comparison,
// processes, samples, doubtful_samples, p_adjusted) by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "lab/figure/table.h"
#include "lab/report/run_view.h"

namespace assay::report {

struct Point {
  spec::Factors names;  ///< Factors, with arm (or base, other, comparison) laid over.
  const analysis::CellFinding* cell = nullptr;    ///< Of a ratio: that of its other arm.
  const analysis::RatioFinding* ratio = nullptr;  ///< Of a cell: against its base arm, if any.
  const std::vector<spec::MetricEntry>* metrics = nullptr;  ///< That the workload declares.
};

/// The arms of ordinary cells (not of comparisons, not of floors) that `where` selects, in the
/// order of the spec's axes.
Result<std::vector<Point>> cell_points(const RunView& view, const spec::Expression& where);
/// The ratios of cells and of comparisons that `where` selects, in the same order.
Result<std::vector<Point>> ratio_points(const RunView& view, const spec::Expression& where);

/// `metrics`: those that the workload declares.
figure::Column column_of(std::string_view name, const std::vector<spec::MetricEntry>& metrics);
figure::Cell cell_of(const Point& point, std::string_view name);

/// Names of factors that take more than one value among the points, in the order of their factors.
std::vector<std::string> varying_factors(const std::vector<Point>& points);

}  // namespace assay::report
