// SPDX-License-Identifier: MIT
// Reasons not to believe what was measured: kept, said and counted, never silently acted upon.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lab/analysis/measured_trial.h"

namespace assay::analysis {

/// Log of the median time, one per process that measured the arm.
std::vector<double> logs_of(const MeasuredArm& arm);

/// exp of the centre over processes in the state it has by itself: measured, simulated where there
/// is a source of that (equal processes then need no number of them), or undecided.
Value value_of(std::span<const double> logs, const std::string& simulated_by, double confidence);

/// One sentence per doubt and process: "process 2: the median drifted by 3.1 % while sampled".
std::vector<std::string> doubts_of(const MeasuredArm& arm);

/// Why the arm's time is contaminated: at least half of its processes are in doubt, one of them did
/// not come back, or they ran different binaries.
std::optional<std::string> contamination_of(const MeasuredArm& arm);

/// Why samples in doubt must not be dropped: they are not spread evenly over the arms (Fisher's
/// exact test, p < 0.01), so that dropping them would favour one.
std::optional<std::string> uneven_doubts(const MeasuredTrial& trial);

}  // namespace assay::analysis
