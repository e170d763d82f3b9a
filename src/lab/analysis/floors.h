// SPDX-License-Identifier: MIT
// The A/A floor: what difference the instrument sees between an arm and itself, measured the way
// everything else is. Nothing smaller is ever called a difference.
#pragma once

#include <optional>
#include <vector>

#include "lab/analysis/findings.h"

namespace assay::analysis {

/// One per A/A ratio; `detectable` is 0 where the ratio has no interval.
std::vector<Floor> floors_of(const std::vector<RatioFinding>& ratios);

/// The largest detectable difference of the run; none where no floor has an interval.
std::optional<double> detectable_of(const std::vector<Floor>& floors);

}  // namespace assay::analysis
