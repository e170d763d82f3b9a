// SPDX-License-Identifier: MIT
#include "engine/backend/registry.h"

#include "core/nearest.h"

namespace assay::backend {

Result<void> Registry::add(const std::string& name, std::string meaning, DeviceFactory factory,
                           std::vector<std::string> profiles) {
  Entry entry{.meaning = std::move(meaning),
              .factory = std::move(factory),
              .profiles = std::move(profiles)};
  const bool is_new = entries_.try_emplace(name, std::move(entry)).second;
  if (!is_new) return Error::user("two backends of the name {}", name);
  return {};
}

Result<std::unique_ptr<Device>> Registry::open(std::string_view name_and_profile) const {
  const std::size_t colon = name_and_profile.find(':');
  const std::string name(name_and_profile.substr(0, colon));
  const std::string profile(colon == std::string_view::npos ? ""
                                                            : name_and_profile.substr(colon + 1));
  const auto entry = entries_.find(name);
  if (entry != entries_.end()) {
    return entry->second.factory(profile).context("while opening the device {}", name_and_profile);
  }
  std::vector<std::string> names;
  for (const auto& [known, ignored] : entries_) {
    names.push_back(known);
  }
  return Error::user("{}", unknown_name("backend", name, names));
}

std::vector<BackendEntry> Registry::list() const {
  std::vector<BackendEntry> list;
  for (const auto& [name, entry] : entries_) {
    list.push_back({.name = name, .meaning = entry.meaning, .profiles = entry.profiles});
  }
  return list;
}

}  // namespace assay::backend
