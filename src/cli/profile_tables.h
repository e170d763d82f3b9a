// SPDX-License-Identifier: MIT
// A hardware profile and its drift as text for people: a table a section, each number with the
// interval that it has, and what is absent with the reason.
#pragma once

#include <string>
#include <vector>

#include "oracle/hardware/hardware_profile.h"
#include "oracle/probe/drift.h"

namespace assay::cli {

/// "141.2 GFLOP/s [139.8, 142]", "35 % [34, 36]", "1.9 ns"; datasheet and assumed ones say so.
std::string quantity_text(const oracle::Quantity& quantity);

std::string profile_text(const oracle::HardwareProfile& profile);

/// What drifted, line by line, then how many did and how many did not.
std::string drift_text(const std::vector<probe::DriftLine>& lines);

}  // namespace assay::cli
