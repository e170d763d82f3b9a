// SPDX-License-Identifier: MIT
// Energy as the machine counts it, where it permits: RAPL's packages below /sys/class/powercap.
// What is not permitted or not there is absent with the reason, never a zero.
#pragma once

#include <filesystem>

#include "oracle/hardware/hardware_profile.h"
#include "oracle/machine/reading.h"
#include "oracle/probe/timed.h"

namespace assay::probe {

/// Of all packages since they were last reset (they wrap around).
machine::Reading<double> package_joules(const std::filesystem::path& root = "/");

/// The power of idling and the energy of an operation beyond it, over a second each, into the
/// profile; or why there is none.
void probe_power(const Timed& adds, const Method& how, const Clock& clock,
                 const std::filesystem::path& root, oracle::HardwareProfile& profile);

}  // namespace assay::probe
