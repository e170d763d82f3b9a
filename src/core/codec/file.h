// SPDX-License-Identifier: MIT
// Whole files in and out. A failure is the environment's (Blame::kEnvironment) and says in words
// what the system said: "no space left on device".
//
//   ASSAY_TRY(std::string text, read_file(path, Bytes(1 << 20)));
//   ASSAY_TRY_VOID(write_file_atomically(path, text));
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/units.h"

namespace assay::codec {

/// A larger file is refused before memory is spent on it. A path that names nothing, or a folder,
/// is the user's mistake (Blame::kUser).
Result<std::string> read_file(const std::filesystem::path& path, Bytes size_max);

/// All or nothing, also through a power cut: the text goes to a new file beside `path`, is synced,
/// and takes the name. After an error `path` is what it was and nothing else is left behind.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// Makes the names in a folder (files made, renamed, removed) safe from a power cut.
Result<void> sync_folder(const std::filesystem::path& folder);

/// "no space left on device" for ENOSPC: what `errno` means, to stand at the end of a sentence.
std::string describe_errno(int error_number);

}  // namespace assay::codec
