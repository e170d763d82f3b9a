// SPDX-License-Identifier: MIT
// Constant folding: every op that depends on weights alone is calculated once and becomes a weight,
// named after the formula it was made by, so that the executables of one model share it. Passes
// rely on this: they write weight arithmetic as ops.
#pragma once

#include "engine/backend/kernel.h"

namespace assay::plan {

/// The graph with its constants as weights. What `weights` and the factory do not have of them is
/// calculated by kernels of the factory and added; what the folded graph does not need is dropped.
Result<graph::Graph> fold_constants(const graph::Graph& graph, graph::Weights& weights,
                                    backend::KernelFactory& factory);

}  // namespace assay::plan
