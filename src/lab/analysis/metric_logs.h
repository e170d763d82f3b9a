// SPDX-License-Identifier: MIT
// What claims need of the metrics that a workload declares (spec::MetricEntry): the metric of one
// arm, one number per process; of two arms, the log of their ratio; and the floor of that ratio,
// which is the metric's own: what the instrument sees in times says nothing of a percentile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/analysis/findings.h"
#include "lab/analysis/measured_trial.h"
#include "lab/analysis/ratios.h"

namespace assay::analysis {

/// Log of other over base. Missing, with the reason, where a process could not say the metric (too
/// few batches for a percentile) or where it is not above 0 and so has no ratio.
PairedLogs paired_metric(const MeasuredTrial& trial, std::string_view base, std::string_view other,
                         std::string_view metric);

/// The metric itself, in its unit.
PairedLogs metric_values(const MeasuredTrial& trial, std::string_view arm, std::string_view metric);

/// One per A/A trial that measured the metric, with the difference that it shows where there is
/// none.
std::vector<Floor> metric_floors(const std::string& workload,
                                 const std::vector<MeasuredTrial>& trials, std::string_view metric);

}  // namespace assay::analysis
