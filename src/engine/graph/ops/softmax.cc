// SPDX-License-Identifier: MIT
#include "engine/graph/ops/softmax.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32}));
  ASSAY_TRY_VOID(expect_rank_at_least(x, 1, "[..., D]"));
  return x.type;
}

}  // namespace

const OpDefinition& softmax_op() {
  static const OpDefinition definition{
      .name = "softmax",
      .meaning = "y[..., i] = exp(x[..., i]) / sum_j exp(x[..., j]).",
      .operands = {{.name = "x", .meaning = "[..., D] f32"}},
      .attributes = {},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
