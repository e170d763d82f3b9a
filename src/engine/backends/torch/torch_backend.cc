// SPDX-License-Identifier: MIT
#include "engine/backends/torch/torch_backend.h"

#include "engine/backend/plugin.h"

namespace assay::torch_backend {

Result<std::unique_ptr<backend::Device>> open_torch(const std::string& plugin_path,
                                                    const std::string& profile) {
  if (!profile.empty()) {
    return Error::user("the backend torch has no profiles; `{}` was given, write `torch`", profile);
  }
  return backend::open_plugin({.path = plugin_path,
                               .library = "LibTorch",
                               .remedy = "scripts/install --with torch, then ./assay build"},
                              profile);
}

}  // namespace assay::torch_backend
