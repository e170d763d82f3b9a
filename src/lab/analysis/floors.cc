// SPDX-License-Identifier: MIT
#include "lab/analysis/floors.h"

#include <algorithm>

namespace assay::analysis {

std::vector<Floor> floors_of(const std::vector<RatioFinding>& ratios) {
  std::vector<Floor> floors;
  for (const RatioFinding& ratio : ratios) {
    if (ratio.kind != sweep::TrialKind::kFloor) continue;
    Floor& floor = floors.emplace_back(Floor{ratio.trial_id, ratio.ratio, 0});
    if (!ratio.ratio.interval()) continue;
    const Interval& interval = *ratio.ratio.interval();
    floor.detectable = std::max({interval.high - 1, 1 / interval.low - 1, 0.0});
  }
  return floors;
}

std::optional<double> detectable_of(const std::vector<Floor>& floors) {
  std::optional<double> largest;
  for (const Floor& floor : floors) {
    if (floor.ratio.interval()) largest = std::max(largest.value_or(0), floor.detectable);
  }
  return largest;
}

}  // namespace assay::analysis
