// SPDX-License-Identifier: MIT
// Layers over one x become one layer: q, k and v of an attention, gate and up of a feed-forward.
// One wide product reads x once and fills the machine better than several narrow ones.
#pragma once

#include "engine/graph/types.h"

namespace assay::graph {

/// Merges layers (linear, quantised_linear) over the same x whose weights are constants of one
/// dtype, with the same attributes, all or none with a bias, none with a residual: one layer over
/// their concatenated weights, and a slice for each.
Result<Graph> qkv_pass(const Graph& graph, const Bindings& bindings);

}  // namespace assay::graph
