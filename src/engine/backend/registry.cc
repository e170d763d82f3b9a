// SPDX-License-Identifier: MIT
#include "engine/backend/registry.h"

#include <algorithm>

#include "core/nearest.h"

namespace assay::backend {
namespace {

struct NameAndProfile {
  std::string name;
  std::string profile;
};

NameAndProfile split(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool has_profile = colon != std::string_view::npos;
  return {.name = std::string(text.substr(0, colon)),
          .profile = std::string(has_profile ? text.substr(colon + 1) : "")};
}

}  // namespace

Result<void> Registry::add(const std::string& name, std::string meaning, DeviceFactory factory,
                           std::vector<std::string> profiles) {
  Entry entry{.meaning = std::move(meaning),
              .factory = std::move(factory),
              .profiles = std::move(profiles)};
  const bool is_new = entries_.try_emplace(name, std::move(entry)).second;
  if (!is_new) return Error::user("two backends of the name {}", name);
  return {};
}

Result<const Registry::Entry*> Registry::find(std::string_view name) const {
  const auto entry = entries_.find(std::string(name));
  if (entry != entries_.end()) return &entry->second;
  std::vector<std::string> names;
  for (const auto& [known, ignored] : entries_) {
    names.push_back(known);
  }
  return Error::user("{}", unknown_name("backend", name, names));
}

Result<std::unique_ptr<Device>> Registry::open(std::string_view name_and_profile) const {
  const auto [name, profile] = split(name_and_profile);
  ASSAY_TRY(const Entry* entry, find(name));
  return entry->factory(profile).context("while opening the device {}", name_and_profile);
}

Result<void> Registry::check(std::string_view name_and_profile) const {
  const auto [name, profile] = split(name_and_profile);
  ASSAY_TRY(const Entry* entry, find(name));
  const std::vector<std::string>& known = entry->profiles;
  if (known.empty() || std::ranges::find(known, profile) != known.end()) return {};
  if (!profile.empty()) {
    return Error::user("{}", unknown_name(format("profile of {}", name), profile, known));
  }
  std::string all;
  for (const std::string& one : known) {
    all += format("{}{}:{}", all.empty() ? "" : ", ", name, one);
  }
  return Error::user("the backend {} needs a profile: {}", name, all);
}

std::vector<BackendEntry> Registry::list() const {
  std::vector<BackendEntry> list;
  for (const auto& [name, entry] : entries_) {
    list.push_back({.name = name, .meaning = entry.meaning, .profiles = entry.profiles});
  }
  return list;
}

}  // namespace assay::backend
