// SPDX-License-Identifier: MIT
// What linear and quantised_linear share: x [..., k], weight [n, k], bias [n], residual [..., n].
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

/// Which operands are the bias and the residual; x is operand 0, the weight operand 1.
struct LayerOperands {
  int bias = 0;
  int residual = 0;
};

/// The type of the result; an error where an operand does not fit. The weight's dtype is the
/// caller's business.
Result<TensorType> infer_layer(const OperandTypes& operands, const LayerOperands& places);

}  // namespace assay::graph
