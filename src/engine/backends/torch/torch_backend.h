// SPDX-License-Identifier: MIT
// LibTorch as a backend: the same graphs and weights, run as a framework runs them. What one
// compares with, at its best:
//   none             eager: one ATen call after the other
//   default          TorchScript, traced and frozen
//   reduce-overhead, the same through optimize_for_inference
//   max-autotune
// It lives in the plugin assay_torch, which is built where LibTorch is.
#pragma once

#include "engine/backend/device.h"

namespace assay::torch_backend {

/// File name of the plugin, to be looked for beside the program.
inline constexpr const char* kPluginFile = "libassay_torch.so";

/// A device that has no profiles. An environment error where the plugin or LibTorch is not here.
Result<std::unique_ptr<backend::Device>> open_torch(const std::string& plugin_path,
                                                    const std::string& profile);

}  // namespace assay::torch_backend
