// SPDX-License-Identifier: MIT
#include "engine/graph/ops/linear.h"

#include "engine/graph/expectations.h"
#include "engine/graph/layer.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand weight{"weight", operands[1]};
  ASSAY_TRY_VOID(expect_dtype(weight, {DType::kF32, DType::kF16, DType::kBf16}));
  ASSAY_TRY_VOID(expect_word(attributes, "activation", epilogue_words()));
  return infer_layer(operands, {.bias = 2, .residual = 3});
}

}  // namespace

const OpDefinition& linear_op() {
  static const OpDefinition definition{
      .name = "linear",
      .meaning =
          "y = activation(x weight^T + bias) + residual: a transformer's order, the residual "
          "after the activation. A weight of 16 bits is storage; products are f32.",
      .operands = {{.name = "x", .meaning = "[..., k] f32"},
                   {.name = "weight", .meaning = "[n, k] f32, f16 or bf16"},
                   {.name = "bias", .role = OperandRole::kOptional, .meaning = "[n] f32"},
                   {.name = "residual",
                    .role = OperandRole::kOptional,
                    .meaning = "[..., n] f32, the type of the result"}},
      .attributes = {{.name = "activation",
                      .by_default = "none",
                      .kind = std::string(),
                      .meaning = "none, or a kind of activation."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
