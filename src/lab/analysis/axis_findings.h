// SPDX-License-Identifier: MIT
// Cliffs and periods: every arm as a series along every numeric axis, all else equal, searched for
// steps and for a difference between multiples of 2 .. 64 and the rest. Per unit of work where the
// workload counts any, over process-level values, and never smaller than the A/A floor.
#pragma once

#include <optional>
#include <vector>

#include "lab/analysis/analyse.h"
#include "lab/analysis/findings.h"
#include "lab/spec/spec.h"

namespace assay::analysis {

/// Cells of one arm that differ in the axis alone, rising; only those measured by three processes
/// or more (not simulated) and at a positive x.
struct AxisLine {
  std::string axis;
  spec::Factors series;  ///< The other factors, and the arm.
  std::vector<double> x;
  std::vector<double> y;  ///< Log of time, or of time per work, over the processes.
  std::vector<const CellFinding*> cells;
  bool is_per_work = false;
};
std::vector<AxisLine> axis_lines(const spec::Spec& spec, const std::vector<CellFinding>& cells);

/// Appends what is found. `floor`: the smallest effect that counts, as a fraction.
void find_on_axes(const std::vector<AxisLine>& lines, double floor, const AnalysisOptions& options,
                  Findings& findings);

}  // namespace assay::analysis
