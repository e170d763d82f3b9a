// SPDX-License-Identifier: MIT
#include "engine/graph/ops/activation.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32, DType::kF16, DType::kBf16}));
  ASSAY_TRY_VOID(expect_word(attributes, "kind", activation_words()));
  return x.type;
}

}  // namespace

const OpDefinition& activation_op() {
  static const OpDefinition definition{
      .name = "activation",
      .meaning =
          "relu: max(x, 0). gelu: x (1 + erf(x / sqrt 2)) / 2. gelu_tanh: x (1 + tanh(sqrt(2 "
          "/ pi) (x + 0.044715 x^3))) / 2. silu: x sigmoid(x). tanh. sigmoid: 1 / (1 + "
          "exp(-x)).",
      .operands = {{.name = "x", .meaning = "[...] f32, f16 or bf16"}},
      .attributes = {{.name = "kind",
                      .by_default = {},
                      .kind = std::string(),
                      .meaning = "relu, gelu, gelu_tanh, silu, tanh or sigmoid."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
