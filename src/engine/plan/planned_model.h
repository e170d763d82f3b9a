// SPDX-License-Identifier: MIT
// A loaded model of any backend that works node by node: passes, constant folding, weights adopted
// by the backend, then a plan for each set of sizes.
#pragma once

#include "engine/backend/kernel.h"

namespace assay::plan {

/// Makes a model on the backend whose kernels `factory` makes.
Result<std::unique_ptr<backend::LoadedModel>> load_model(
    const graph::Graph& graph, const graph::Weights& weights,
    const backend::CompileOptions& options, std::unique_ptr<backend::KernelFactory> factory);

}  // namespace assay::plan
