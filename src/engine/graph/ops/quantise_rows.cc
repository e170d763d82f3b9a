// SPDX-License-Identifier: MIT
#include "engine/graph/ops/quantise_rows.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand weight{"weight", operands[0]};
  ASSAY_TRY_VOID(expect_f32(weight, 2, "[n, k]"));
  const TensorType row{DType::kF32, {weight.extent(0)}};
  ASSAY_TRY_VOID(expect_type({"scales", operands[1]}, row, "as " + to_text(weight)));
  return result_type(DType::kI8, weight.type.shape);
}

}  // namespace

const OpDefinition& quantise_rows_op() {
  static const OpDefinition definition{
      .name = "quantise_rows",
      .meaning =
          "y[i, j] = weight[i, j] / scales[i], rounded to nearest even and kept within -127 "
          "and 127; 0 where the scale is 0.",
      .operands = {{.name = "weight", .meaning = "[n, k] f32"},
                   {.name = "scales", .meaning = "[n] f32"}},
      .attributes = {},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
