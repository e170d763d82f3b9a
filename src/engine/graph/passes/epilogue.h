// SPDX-License-Identifier: MIT
// What follows a product is done while its result is still in registers: an activation and the sum
// with a residual become part of linear, quantised_linear and conv2d.
#pragma once

#include "engine/graph/types.h"

namespace assay::graph {

/// Folds activation(product) and add(product, residual) where the product has no other use, the
/// residual has its type, and the op's own order allows it: linear adds the residual after the
/// activation, conv2d before it.
Result<Graph> epilogue_pass(const Graph& graph, const Bindings& bindings);

}  // namespace assay::graph
