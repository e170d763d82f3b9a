// SPDX-License-Identifier: MIT
// Backends in shared libraries, for what is heavy or not on every machine: opened when first asked
// for. The border is C++ on both sides, so both must be built from the same headers by the same
// compiler with the same flags; plugin_interface() names these, and another plugin is refused.
//
//   extern "C" const PluginTable* assay_plugin();   // the one symbol of a plugin
#pragma once

#include "engine/backend/device.h"

namespace assay::backend {

/// What a plugin's entry point returns. The first two fields never move: versions meet in them.
struct PluginTable {
  std::uint32_t version = 0;
  const char* built_against = nullptr;  ///< The plugin's own plugin_interface().
  Result<std::unique_ptr<Device>> (*open)(const std::string& profile) = nullptr;
};
inline constexpr std::uint32_t kPluginVersion = 1;
inline constexpr const char* kPluginEntry = "assay_plugin";

/// A hash of the headers that cross the border, the compiler and its flags.
const char* plugin_interface();

/// Where a plugin is looked for, and what to do where it is not.
struct PluginPlace {
  std::string path;
  std::string library;  ///< "LibTorch"
  std::string remedy;   ///< "scripts/install --with torch, then ./assay build"
};

/// The library stays loaded: what such libraries start is not made to be stopped.
Result<std::unique_ptr<Device>> open_plugin(const PluginPlace& place, const std::string& profile);

}  // namespace assay::backend
