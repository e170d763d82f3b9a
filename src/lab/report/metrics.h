// SPDX-License-Identifier: MIT
// The metrics: what can be claimed, drawn and tabulated. Name, title, unit, direction and where the
// value lies in the findings stand in one table, and nowhere else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/analysis/findings.h"

namespace assay::report {

enum class Better : std::uint8_t { kLess, kMore };

struct Metric {
  std::string_view name;
  std::string_view title;
  std::string_view unit;  ///< As in figure::Column.
  Better better = Better::kLess;
  /// Exactly one of the two is set: a metric is of a cell or of a ratio.
  Value analysis::CellFinding::*of_cell = nullptr;
  Value analysis::RatioFinding::*of_ratio = nullptr;
};

std::span<const Metric> metrics();
/// nullptr when there is none of this name.
const Metric* find_metric(std::string_view name);
/// For the Vocabulary.
std::vector<std::string> metric_names();

}  // namespace assay::report
