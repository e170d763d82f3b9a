// SPDX-License-Identifier: MIT
// Profiles as the files of a folder, hardware/<name>.yaml, by name; a path to any other works too.
//
//   ASSAY_TRY(HardwareProfile profile, read_hardware_profile("l40s", "hardware"));
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "oracle/hardware/hardware_profile.h"

namespace assay::oracle {

/// Names of the profiles there, sorted.
std::vector<std::string> hardware_names(const std::filesystem::path& folder);

/// `name` is one of them, or a path that ends in .yaml. A user error that lists them where it is
/// neither, and where the name in the file is not that of the file.
Result<HardwareProfile> read_hardware_profile(const std::string& name,
                                              const std::filesystem::path& folder);

/// Where `name` would lie: "hardware/l40s.yaml", or the path that it is.
std::filesystem::path profile_path(const std::string& name, const std::filesystem::path& folder);

/// All or nothing; the name in the profile has to be that of the file, and it reads back.
Result<void> write_hardware_profile(const HardwareProfile& profile,
                                    const std::filesystem::path& path);

}  // namespace assay::oracle
