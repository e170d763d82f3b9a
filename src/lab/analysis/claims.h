// SPDX-License-Identifier: MIT
// The verdict of every claim. A claim can lose: it is refuted where the data say the opposite, and
// undecided (with what it would take) where they do not suffice, where a point is missing, or where
// its bound is closer to "no difference" than the instrument can see.
#pragma once

#include <vector>

#include "lab/analysis/findings.h"
#include "lab/analysis/measured_trial.h"
#include "lab/spec/spec.h"

namespace assay::analysis {

/// Each claim is held against the floors of the classes of its cells.
std::vector<ClaimFinding> judge_claims(const spec::Spec& spec,
                                       const std::vector<MeasuredTrial>& trials,
                                       const std::vector<Floor>& floors);

}  // namespace assay::analysis
