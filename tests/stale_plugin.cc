// SPDX-License-Identifier: MIT
// A plugin of another build, for plugin_test.cc: of another version of the interface, or of the
// same version and other headers.
#include "engine/backend/plugin.h"

extern "C" const assay::backend::PluginTable* assay_plugin() {
  static const assay::backend::PluginTable table{
      .version = assay::backend::kPluginVersion + ASSAY_VERSIONS_AHEAD,
      .built_against = "0123456789abcdef",
      .open = nullptr};
  return &table;
}
