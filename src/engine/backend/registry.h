// SPDX-License-Identifier: MIT
// Backends by name. Filled in one place (cli/registration.cc); a backend is opened when it is first
// asked for, so that naming one costs nothing.
#pragma once

#include <functional>
#include <map>

#include "engine/backend/device.h"

namespace assay::backend {

/// What comes after the colon of "sim:h100"; empty without one.
using DeviceFactory = std::function<Result<std::unique_ptr<Device>>(const std::string& profile)>;

struct BackendEntry {
  std::string name;
  std::string meaning;
  std::vector<std::string> profiles;  ///< "h100": opened as "sim:h100". Empty: it has none.
};

class Registry {
 public:
  /// A second backend of the same name is a user error.
  Result<void> add(const std::string& name, std::string meaning, DeviceFactory factory,
                   std::vector<std::string> profiles = {});
  /// "cpu", "sim:h100". An unknown name lists those there are; a device that is not here says why.
  Result<std::unique_ptr<Device>> open(std::string_view name_and_profile) const;
  /// Whether there is such a backend and profile, without opening it: a user error lists those
  /// there are. A backend that lists no profiles decides about them when it is opened.
  Result<void> check(std::string_view name_and_profile) const;
  std::vector<BackendEntry> list() const;  ///< By name.

 private:
  struct Entry {
    std::string meaning;
    DeviceFactory factory;
    std::vector<std::string> profiles;
  };
  Result<const Entry*> find(std::string_view name) const;

  std::map<std::string, Entry> entries_;
};

}  // namespace assay::backend
