// SPDX-License-Identifier: MIT
#include "engine/graph/ops/rms_norm.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32}));
  ASSAY_TRY_VOID(expect_rank_at_least(x, 1, "[..., D]"));
  if (operands.has(1)) {
    const TensorType row{DType::kF32, {x.extent(-1)}};
    ASSAY_TRY_VOID(expect_type({"weight", operands[1]}, row, "as " + to_text(x)));
  }
  ASSAY_TRY_VOID(expect_positive(attributes, "epsilon"));
  return x.type;
}

}  // namespace

const OpDefinition& rms_norm_op() {
  static const OpDefinition definition{
      .name = "rms_norm",
      .meaning = "y = x / sqrt(mean(x^2) + epsilon) * weight, with the mean of each row.",
      .operands = {{.name = "x", .meaning = "[..., D] f32"},
                   {.name = "weight", .role = OperandRole::kOptional, .meaning = "[D] f32"}},
      .attributes = {{.name = "epsilon",
                      .by_default = {},
                      .kind = double{},
                      .meaning = "Positive; keeps rows of zeros finite."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
