// SPDX-License-Identifier: MIT
#include "engine/graph/ops/scale.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32, DType::kF16, DType::kBf16}));
  return x.type;
}

}  // namespace

const OpDefinition& scale_op() {
  static const OpDefinition definition{
      .name = "scale",
      .meaning = "x * factor.",
      .operands = {{.name = "x", .meaning = "[...] f32, f16 or bf16"}},
      .attributes =
          {{.name = "factor", .by_default = {}, .kind = double{}, .meaning = "One number."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
