// SPDX-License-Identifier: MIT
// The A/A floor: what difference the instrument sees between an arm and itself, measured the way
// everything else is. Nothing smaller is ever called a difference.
//
// A floor holds for a class of cells: one workload, one decade of the time of a call. What disturbs
// a machine costs a short call a larger share than a long one, so a claim about long calls is
// neither refused nor allowed because of short ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lab/analysis/findings.h"
#include "lab/analysis/measured_trial.h"
#include "lab/store/known_floors.h"

namespace assay::analysis {

/// "gemm, 1 ms to 10 ms": the class of a cell whose call takes so long. Simulated times are of a
/// class of their own: "vit (simulated), 1 ms to 10 ms".
std::string class_of_cell(std::string_view workload, double nanoseconds);
/// By the median over processes; empty where nothing was measured.
std::string class_of_arm(std::string_view workload, const MeasuredArm& arm);

/// Of an A/A ratio: detectable is 0 where it has no interval.
Floor floor_of_ratio(std::string cell_class, std::string trial_id, Value ratio);

/// One per measured A/A ratio, `detectable` 0 where it has no interval; then those that earlier
/// runs on this machine measured for classes of these cells, as imported.
std::vector<Floor> floors_of(const std::vector<CellFinding>& cells,
                             const std::vector<RatioFinding>& ratios,
                             const std::vector<store::KnownFloor>& known);

/// The largest detectable difference of the run; none where no floor has an interval.
std::optional<double> detectable_of(const std::vector<Floor>& floors);

/// What can be told apart in a class: by its own floors, the largest of them, or by the largest of
/// all where it has none.
struct Resolution {
  double detectable = 0;
  std::string floor_class;  ///< Of the floor that decides.
};
std::optional<Resolution> resolution_of(const std::vector<Floor>& floors,
                                        std::string_view cell_class);

}  // namespace assay::analysis
