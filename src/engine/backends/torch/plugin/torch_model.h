// SPDX-License-Identifier: MIT
// A graph with its weights as LibTorch runs it: eagerly, or as a traced TorchScript module.
#pragma once

#include "engine/backend/device.h"

namespace assay::torch_backend {

Result<std::unique_ptr<backend::LoadedModel>> load_torch_model(
    const graph::Graph& graph, const graph::Weights& weights,
    const backend::CompileOptions& options);

/// "LibTorch 1.13.0, ATen threads by OpenMP, BLAS /usr/lib/.../libblas.so.3"
std::string describe_torch();
std::optional<std::string> torch_lacks(const graph::Node& node);

}  // namespace assay::torch_backend
