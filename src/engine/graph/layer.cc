// SPDX-License-Identifier: MIT
#include "engine/graph/layer.h"

#include "engine/graph/expectations.h"

namespace assay::graph {

Result<TensorType> infer_layer(const OperandTypes& operands, const LayerOperands& places) {
  const Operand x{"x", operands[0]};
  const Operand weight{"weight", operands[1]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32}));
  ASSAY_TRY_VOID(expect_rank_at_least(x, 1, "[..., k]"));
  if (weight.rank() != 2 || weight.extent(1) != x.extent(-1)) {
    return unfit(weight, format("[n, {}], as {}", x.extent(-1), to_text(x)));
  }
  if (operands.has(places.bias)) {
    const TensorType row{DType::kF32, {weight.extent(0)}};
    ASSAY_TRY_VOID(expect_type({"bias", operands[places.bias]}, row, "as " + to_text(weight)));
  }
  Dims shape = x.type.shape;
  shape[x.rank() - 1] = weight.extent(0);
  ASSAY_TRY(const TensorType type, result_type(DType::kF32, shape));
  if (operands.has(places.residual)) {
    ASSAY_TRY_VOID(
        expect_type({"residual", operands[places.residual]}, type, "the type of the result"));
  }
  return type;
}

}  // namespace assay::graph
