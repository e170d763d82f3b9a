// SPDX-License-Identifier: MIT
#include "lab/analysis/floors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/format.h"
#include "core/statistics/processes.h"
#include "lab/analysis/doubt.h"

namespace assay::analysis {
namespace {

/// "10 ms" for 7: a power of ten of nanoseconds.
std::string power_text(int power) {
  constexpr std::array<std::string_view, 4> kUnits{"ns", "us", "ms", "s"};
  const int unit = std::min(power / 3, static_cast<int>(kUnits.size()) - 1);
  return format("{:.0f} {}", std::pow(10.0, power - 3 * unit),
                kUnits[static_cast<std::size_t>(unit)]);
}

/// The class of the cell that the ratio's base was measured as.
std::string class_of_base(const std::vector<CellFinding>& cells, const RatioFinding& ratio) {
  const auto cell = std::ranges::find_if(cells, [&](const CellFinding& each) {
    return each.trial_id == ratio.trial_id && each.arm == ratio.base;
  });
  return cell == cells.end() ? std::string() : cell->cell_class;
}

}  // namespace

std::string class_of_cell(std::string_view workload, double nanoseconds) {
  const int power = static_cast<int>(std::floor(std::log10(std::max(nanoseconds, 1.0))));
  return format("{}, {} to {}", workload, power_text(power), power_text(power + 1));
}

std::string class_of_arm(std::string_view workload, const MeasuredArm& arm) {
  const std::vector<double> logs = logs_of(arm);
  if (logs.empty()) return "";
  const std::string kind =
      arm.simulated_by.empty() ? std::string(workload) : format("{} (simulated)", workload);
  return class_of_cell(kind, std::exp(statistics::process_center(logs)));
}

Floor floor_of_ratio(std::string cell_class, std::string trial_id, Value ratio) {
  Floor floor{.cell_class = std::move(cell_class),
              .trial_id = std::move(trial_id),
              .run_id = {},
              .ratio = std::move(ratio)};
  if (!floor.ratio.interval()) return floor;
  const Interval& interval = *floor.ratio.interval();
  floor.detectable = std::max({interval.high - 1, 1 / interval.low - 1, 0.0});
  return floor;
}

std::vector<Floor> floors_of(const std::vector<CellFinding>& cells,
                             const std::vector<RatioFinding>& ratios,
                             const std::vector<store::KnownFloor>& known) {
  std::vector<Floor> floors;
  for (const RatioFinding& ratio : ratios) {
    // What is equal by construction shows no limit of the instrument.
    const bool is_simulated = ratio.ratio.state() == State::kSimulated;
    if (ratio.kind != sweep::TrialKind::kFloor || is_simulated) continue;
    floors.push_back(floor_of_ratio(class_of_base(cells, ratio), ratio.trial_id, ratio.ratio));
  }
  for (const store::KnownFloor& earlier : known) {
    if (std::ranges::find(cells, earlier.cell_class, &CellFinding::cell_class) == cells.end()) {
      continue;
    }
    Floor& floor = floors.emplace_back();
    floor.cell_class = earlier.cell_class;
    floor.run_id = earlier.run_id;
    floor.detectable = earlier.detectable;
    floor.ratio = Value::of(State::kImported, 1, format("measured in {}", earlier.run_id),
                            Interval{1 / (1 + earlier.detectable), 1 + earlier.detectable});
  }
  return floors;
}

std::optional<double> detectable_of(const std::vector<Floor>& floors) {
  const auto largest = resolution_of(floors, "");
  return largest ? std::optional(largest->detectable) : std::nullopt;
}

std::optional<Resolution> resolution_of(const std::vector<Floor>& floors,
                                        std::string_view cell_class) {
  std::optional<Resolution> own;
  std::optional<Resolution> any;
  const auto raise = [](std::optional<Resolution>& largest, const Floor& floor) {
    if (largest && largest->detectable >= floor.detectable) return;
    largest = Resolution{floor.detectable, floor.cell_class};
  };
  for (const Floor& floor : floors) {
    if (!floor.ratio.interval()) continue;
    raise(any, floor);
    if (!cell_class.empty() && floor.cell_class == cell_class) raise(own, floor);
  }
  return own ? own : any;
}

}  // namespace assay::analysis
