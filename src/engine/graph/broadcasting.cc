// SPDX-License-Identifier: MIT
#include "engine/graph/broadcasting.h"

#include <algorithm>

namespace assay::graph {

Result<Dims> broadcast_shapes(const Operand& a, const Operand& b) {
  const int rank = std::max(a.rank(), b.rank());
  Dims shape;
  for (int axis = 0; axis < rank; ++axis) {
    const auto extent_of = [&](const Operand& operand) {
      const int missing = rank - operand.rank();
      return axis < missing ? 1 : operand.extent(axis - missing);
    };
    const std::int64_t left = extent_of(a);
    const std::int64_t right = extent_of(b);
    if (left != right && left != 1 && right != 1) {
      return unfit(b, format("an extent of {} or 1 at axis {} from the back, as {}", left,
                             rank - axis, to_text(a)));
    }
    shape.append(left == 1 ? right : left);
  }
  return shape;
}

Result<TensorType> infer_broadcast(const OperandTypes& operands, const Attributes&) {
  const Operand a{"a", operands[0]};
  const Operand b{"b", operands[1]};
  ASSAY_TRY_VOID(expect_dtype(a, {DType::kF32, DType::kF16, DType::kBf16}));
  if (b.type.dtype != a.type.dtype) {
    return unfit(b, format("{}, as {}", to_text(a.type.dtype), to_text(a)));
  }
  ASSAY_TRY(const Dims shape, broadcast_shapes(a, b));
  return result_type(a.type.dtype, shape);
}

}  // namespace assay::graph
