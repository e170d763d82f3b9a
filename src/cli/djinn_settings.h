// SPDX-License-Identifier: MIT
// What djinnd can be told, as one table: each setting is a flag, a key of the YAML file and, where
// it has one, a variable of the environment. A flag goes before the environment, that before the
// file, that before the default; what none of them knows is refused.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "djinn/server/server.h"

namespace assay::cli {

struct DjinnSetting {
  std::string_view name;              ///< "device-memory": flag and key.
  std::string_view environment;       ///< Empty: none.
  std::string_view environment_unit;  ///< What a number there counts, "MiB"; empty: as written.
  std::string_view by_default;
  std::string_view meaning;
};
std::span<const DjinnSetting> djinn_settings();

/// By name, as text.
using DjinnValues = std::map<std::string, std::string, std::less<>>;
using Environment = std::function<const char*(const char* name)>;

/// Of a file's text; an error names the line of what it does not know.
Result<DjinnValues> parse_djinn_file(std::string_view text, std::string_view file_name);
/// Every setting once, from the first of flags, environment, file, default that has it.
DjinnValues resolve_djinn_values(const DjinnValues& flags, const Environment& environment,
                                 const DjinnValues& file);

struct DjinnSettings {
  std::string device;  ///< Of the registry.
  djinn::ServerOptions server;
};
/// An error names the setting and what was expected.
Result<DjinnSettings> djinn_settings_from(const DjinnValues& values);

/// "2GiB", "512 MiB", "64k" is none; a plain number counts bytes.
Result<Bytes> parse_bytes(std::string_view text);
/// "30s", "250ms", "1.5s".
Result<Nanoseconds> parse_time(std::string_view text);

}  // namespace assay::cli
