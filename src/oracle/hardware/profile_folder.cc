// SPDX-License-Identifier: MIT
#include "oracle/hardware/profile_folder.h"

#include <algorithm>

#include "core/codec/file.h"
#include "core/nearest.h"

namespace assay::oracle {
namespace {

namespace fs = std::filesystem;

constexpr Bytes kProfileSizeMax{std::int64_t{1} << 19};

bool is_path(const std::string& name) {
  return name.ends_with(".yaml");
}

Result<void> check_name(const HardwareProfile& profile, const fs::path& path) {
  if (path.stem() == profile.name) return {};
  return Error::user("{}: its name is {}, that of its file is {}", path.string(), profile.name,
                     path.stem().string());
}

}  // namespace

std::vector<std::string> hardware_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

fs::path profile_path(const std::string& name, const fs::path& folder) {
  return is_path(name) ? fs::path(name) : folder / (name + ".yaml");
}

Result<HardwareProfile> read_hardware_profile(const std::string& name, const fs::path& folder) {
  const std::vector<std::string> known = hardware_names(folder);
  if (!is_path(name) && std::ranges::find(known, name) == known.end()) {
    return Error::user("{}", unknown_name("hardware profile", name, known));
  }
  const fs::path path = profile_path(name, folder);
  ASSAY_TRY(const std::string text, codec::read_file(path, kProfileSizeMax));
  ASSAY_TRY(HardwareProfile profile, parse_hardware_profile(text, path.string()));
  ASSAY_TRY_VOID(check_name(profile, path));
  return profile;
}

Result<void> write_hardware_profile(const HardwareProfile& profile, const fs::path& path) {
  ASSAY_TRY_VOID(check_name(profile, path));
  const std::string text = to_yaml(profile);
  const auto again = parse_hardware_profile(text, path.string());
  if (!again) return Error::bug("a profile does not read back: {}", again.error().message());
  return codec::write_file_atomically(path, text);
}

}  // namespace assay::oracle
