// SPDX-License-Identifier: MIT
// The calibration in force of a machine: the profile that it was fitted upon with the fit in it, as
// hardware/calibrations/<name>.yaml. Every one that was applied stays in history/ beside it, as
// <name>.v<version>.yaml, so that going back is reading a file. What was probed or shipped is not
// touched: `assay probe` may write it anew, and a calibration still says what it stands on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "oracle/calibrate/machine_model.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::cli {

/// 0: a thread for each CPU that this process may use.
int threads_or_all(int asked);

/// What is known of a machine that nobody has probed: its peak, measured now, its caches as hwloc
/// sees them, and bandwidths that are beliefs until something has measured them.
Result<calibrate::MachinePrior> this_machine(int threads);

/// The name of the profile of this machine: its host name, with `_` for what names cannot hold.
std::string host_profile_name();

/// The profile `name`, as `assay list hardware` shows it, or a path; empty: this host's, which need
/// not be there.
std::filesystem::path base_profile_path(const std::string& name);
/// Where the calibration of that profile stands.
std::filesystem::path calibrated_profile_path(const std::string& name);

/// None where there is no such file.
Result<std::optional<oracle::HardwareProfile>> read_calibrated_profile(
    const std::filesystem::path& path);

/// The version that the next calibration gets: one above all there were.
std::int64_t next_version(const std::filesystem::path& path,
                          const oracle::HardwareProfile& profile);

/// Writes the profile, and a copy of it into the history.
Result<void> apply_calibration(const oracle::HardwareProfile& profile,
                               const std::filesystem::path& path);

/// Puts the calibration before the one in force back into the profile, and says which: 0 is none.
Result<std::int64_t> revert_calibration(const std::filesystem::path& path);

}  // namespace assay::cli
