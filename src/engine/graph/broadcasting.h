// SPDX-License-Identifier: MIT
// How two shapes meet element by element, as in numpy: axes are aligned at the last one, and an
// extent of 1, or an axis that is not there, is repeated.
#pragma once

#include "engine/graph/expectations.h"

namespace assay::graph {

/// The shape of the result; an error names both operands and the axis.
Result<Dims> broadcast_shapes(const Operand& a, const Operand& b);

/// infer_and_validate of an op over two operands a and b of one floating dtype.
Result<TensorType> infer_broadcast(const OperandTypes& operands, const Attributes& attributes);

}  // namespace assay::graph
