// SPDX-License-Identifier: MIT
// What this machine was seen to call a difference where there is none, in earlier runs. A finished
// run has the floors that it measured in its summary.json and its machine in its config.json. A new
// run of the same machine takes over the newest of every class and keeps them in its own
// config.json, so that its verdicts stay what they were whatever becomes of the other folders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::store {

inline constexpr std::string_view kMachineKey = "machine";           ///< Of config.json: a text.
inline constexpr std::string_view kKnownFloorsKey = "known_floors";  ///< Of config.json: a list.

struct KnownFloor {
  std::string cell_class;
  double detectable = 0;  ///< As a fraction.
  std::string run_id;     ///< Where it was measured.
};

codec::Node to_node(const std::vector<KnownFloor>& floors);
/// The floors under `key` of a document; what is not one is passed over. Those of a summary.json
/// that were taken over from another run are not that run's own.
std::vector<KnownFloor> known_floors_in(const codec::Node& document, std::string_view key);

/// Of every class the newest that a run on this machine has measured.
Result<std::vector<KnownFloor>> latest_floors(const std::filesystem::path& results_root,
                                              std::string_view machine);

}  // namespace assay::store
