// SPDX-License-Identifier: MIT
// The constants of a norm become part of the product beside it. Arithmetic on weights is written as
// ops over weights; constant folding calculates it once.
#pragma once

#include "engine/graph/types.h"

namespace assay::graph {

/// batch_norm after a conv2d goes into its weight and bias. The weight and bias of a layer_norm or
/// rms_norm go into the linear behind it. Only where the value in between and the product's weight
/// have no other use and all that is folded is constant; equal up to rounding.
Result<Graph> norm_folding_pass(const Graph& graph, const Bindings& bindings);

}  // namespace assay::graph
