// SPDX-License-Identifier: MIT
// A profile against the machine as it is now: number by number, intervals against intervals. What
// overlaps is the same; what lies apart by more than the allowance has drifted; a number that only
// one of them has is said to be missing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oracle/hardware/hardware_profile.h"

namespace assay::probe {

enum class Drift : std::uint8_t { kSame, kDrifted, kMissing };
std::string_view to_text(Drift drift);  ///< "same", "drifted", "missing"

struct DriftLine {
  std::string name;
  Drift drift = Drift::kSame;
  oracle::Quantity before;
  std::optional<oracle::Quantity> now;
  /// now / before; 1 where there is none.
  double ratio = 1;
};

/// Beyond an interval: what two probes of a quiet machine differ by although each is sure of itself
/// (where pages lie, which neighbours are awake).
inline constexpr double kDriftAllowance = 0.05;

/// Of every number of `before` that was measured, in its order.
std::vector<DriftLine> compare_profiles(const oracle::HardwareProfile& before,
                                        const oracle::HardwareProfile& now,
                                        double allowance = kDriftAllowance);

}  // namespace assay::probe
