// SPDX-License-Identifier: MIT
#include "engine/backend/plugin.h"

#include <dlfcn.h>

#include <string_view>

#include "interface_stamp.h"  // Written by the build: interface_stamp.cmake.

namespace assay::backend {
namespace {

using Entry = const PluginTable* (*)();

std::string loader_message() {
  const char* message = dlerror();
  return message == nullptr ? "the loader gives no reason" : message;
}

Error not_here(const PluginPlace& place, std::string_view reason) {
  return Error::environment("unsupported: {} is not here: {} ({})", place.library, place.remedy,
                            reason);
}

}  // namespace

const char* plugin_interface() {
  return ASSAY_PLUGIN_INTERFACE;
}

Result<std::unique_ptr<Device>> open_plugin(const PluginPlace& place, const std::string& profile) {
  if (place.path.empty()) return not_here(place, "no path for its plugin");
  void* library = dlopen(place.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return not_here(place, loader_message());
  const auto entry = reinterpret_cast<Entry>(dlsym(library, kPluginEntry));
  if (entry == nullptr) {
    return Error::environment("{} is no plugin of Assay: {}", place.path, loader_message());
  }
  const PluginTable* table = entry();
  if (table->version != kPluginVersion) {
    return Error::environment(
        "{} speaks version {} of the plugin interface, this program {}: "
        "build both again with ./assay build",
        place.path, table->version, kPluginVersion);
  }
  if (std::string_view(table->built_against) != plugin_interface()) {
    return Error::environment(
        "{} was built against other headers ({}) than this program ({}): "
        "build both again with ./assay build",
        place.path, table->built_against, plugin_interface());
  }
  return table->open(profile);
}

}  // namespace assay::backend
