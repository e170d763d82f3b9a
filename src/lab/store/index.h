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
#include "lab/store/known_floors.h"

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
  std::string machine;             ///< Key of what measured; empty: not said.
  std::vector<KnownFloor> floors;  ///< Its own, of a run that is finished.
};

/// Newest first. Empty where there is no such folder; an error of the environment where it, or a
/// group in it, may not be read.
Result<std::vector<RunEntry>> list_runs(const std::filesystem::path& results_root);

/// Forgets what was remembered and reads every folder again.
Result<void> rebuild_index(const std::filesystem::path& results_root);

}  // namespace assay::store
