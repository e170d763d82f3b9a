// SPDX-License-Identifier: MIT
// results.json and experiment_summary.json of a run: a flat list of its cells for other programs to
// read, in the fields that the ViT study's scripts wrote, with the numbers they lacked. What a run
// cannot know is null, never invented; a group of fields comes from `results.groups`.
#pragma once

#include <string_view>

#include "core/codec/node.h"
#include "lab/report/run_view.h"

namespace assay::report {

inline constexpr std::string_view kResultsFile = "results.json";
inline constexpr std::string_view kExperimentSummaryFile = "experiment_summary.json";

/// A map per cell, in the order of the findings; comparisons and floors among them, by their kind.
codec::Node results_node(const RunView& view);
/// Counts over the same cells, without comparisons and floors.
codec::Node experiment_summary_node(const RunView& view);

}  // namespace assay::report
