// SPDX-License-Identifier: MIT
// The figures of a run, from its findings. Cliffs found along the axis of a line become rules, the
// A/A floor becomes a band around 1 in figures of ratios.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "lab/figure/figure.h"
#include "lab/report/run_view.h"

namespace assay::report {

/// For the Vocabulary: "line", "bars", "points", "padding", "normalised".
///   padding     y against the memory that x costs above the smallest x, in percent
///   normalised  y relative to y at the first x of the same series (unpaired)
std::vector<std::string> figure_kinds();

Result<figure::Figure> figure_of(const RunView& view, const spec::FigureRequest& request);
/// Every requested figure, in the order of the spec.
Result<std::vector<figure::Figure>> figures_of(const RunView& view);

}  // namespace assay::report
