// SPDX-License-Identifier: MIT
// Whether measured times still keep what a calibration promised of them. One that lies outside its
// interval says nothing (one in five does); too many of them, or all off to one side, do.
#pragma once

#include <span>
#include <string>

#include "oracle/calibrate/score.h"

namespace assay::calibrate {

inline constexpr int kDriftPointsMin = 5;

struct Drift {
  Score score;
  int inside = 0;           ///< Of the intervals.
  double p_value = 1;       ///< That so few or fewer are inside where 80 % were promised.
  double median_ratio = 1;  ///< Measured over predicted.
  bool has_drifted = false;
  std::string sentence = {};
};

/// Checked: each has an interval. Fewer than kDriftPointsMin never say that it has drifted.
Drift drift_of(std::span<const Predicted> all);

}  // namespace assay::calibrate
