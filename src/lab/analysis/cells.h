// SPDX-License-Identifier: MIT
// One arm of one trial over its processes: time, rates, percentiles, the split of its spread, and
// every reason not to believe it.
#pragma once

#include "lab/analysis/findings.h"
#include "lab/analysis/measured_trial.h"
#include "lab/spec/spec.h"

namespace assay::analysis {

CellFinding cell_of(const spec::Spec& spec, const MeasuredTrial& trial, const MeasuredArm& arm,
                    double confidence);

/// The statuses of all arms of all processes, "ok" among them.
void count_statuses(const MeasuredTrial& trial, std::map<std::string, std::int64_t>& counts);

}  // namespace assay::analysis
