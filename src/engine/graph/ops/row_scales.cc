// SPDX-License-Identifier: MIT
#include "engine/graph/ops/row_scales.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand weight{"weight", operands[0]};
  ASSAY_TRY_VOID(expect_f32(weight, 2, "[n, k]"));
  return result_type(DType::kF32, Dims{weight.extent(0)});
}

}  // namespace

const OpDefinition& row_scales_op() {
  static const OpDefinition definition{.name = "row_scales",
                                       .meaning = "y[i] = max_j |weight[i, j]| / 127.",
                                       .operands = {{.name = "weight", .meaning = "[n, k] f32"}},
                                       .attributes = {},
                                       .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
