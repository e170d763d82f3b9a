// SPDX-License-Identifier: MIT
// The small files of /proc and /sys as texts.
#pragma once

#include <filesystem>
#include <string>

#include "oracle/machine/reading.h"

namespace assay::machine {

/// The text without its trailing line feed, at most 1 MiB of it; absent where it cannot be read.
Reading<std::string> read_system_file(const std::filesystem::path& path);

}  // namespace assay::machine
