// SPDX-License-Identifier: MIT
// The list of runs. results/index.db only remembers what the folders said; it is brought up to date
// whenever it is asked, and made anew where it is missing, damaged or of another version. Where it
// cannot be written (a read-only disk) the folders answer alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace assay::store {

struct RunEntry {
  std::string run_id;
  std::string group;
  std::filesystem::path path;  ///< Of the run folder.
  std::string name;
  std::string scale;
  std::string spec_hash;
  std::string finished;  ///< UTC; empty: unfinished.
  std::int64_t records = 0;
  std::int64_t ok_records = 0;
  std::int64_t damaged_lines = 0;
};

/// Newest first. Empty where there is no such folder.
Result<std::vector<RunEntry>> list_runs(const std::filesystem::path& results_root);

/// Forgets what was remembered and reads every folder again.
Result<void> rebuild_index(const std::filesystem::path& results_root);

}  // namespace assay::store
