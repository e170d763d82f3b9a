// SPDX-License-Identifier: MIT
// What the clock can tell apart and what reading it costs: both decide how long a sample must be
// before its time means anything.
#pragma once

#include "core/clock.h"
#include "core/result.h"

namespace assay::measure {

struct ClockCalibration {
  Nanoseconds resolution{1};  ///< The smallest step seen.
  Nanoseconds cost{0};        ///< Median of back-to-back reads.
};

/// From 10,001 back-to-back reads; more until a coarse clock has moved. An Error where it never
/// does.
Result<ClockCalibration> calibrate_clock(const Clock& clock);

/// The shortest sample in which neither the resolution nor two reads weigh more than 0.1 %.
Nanoseconds legal_sample_length(const ClockCalibration& calibration);

}  // namespace assay::measure
