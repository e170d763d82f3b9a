// SPDX-License-Identifier: MIT
#include "engine/graph/ops/quantised_linear.h"

#include <array>

#include "engine/graph/expectations.h"
#include "engine/graph/layer.h"

namespace assay::graph {
namespace {

const std::array<std::string, 2>& modes() {
  static const std::array<std::string, 2> words{"weight_only", "dynamic"};
  return words;
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand weight{"weight", operands[1]};
  ASSAY_TRY_VOID(expect_dtype(weight, {DType::kI8}));
  ASSAY_TRY_VOID(expect_word(attributes, "activation", epilogue_words()));
  ASSAY_TRY_VOID(expect_word(attributes, "mode", modes()));
  ASSAY_TRY(const TensorType type, infer_layer(operands, {.bias = 3, .residual = 4}));
  const TensorType row{DType::kF32, {weight.extent(0)}};
  ASSAY_TRY_VOID(expect_type({"scales", operands[2]}, row, "as " + to_text(weight)));
  return type;
}

}  // namespace

const OpDefinition& quantised_linear_op() {
  static const OpDefinition definition{
      .name = "quantised_linear",
      .meaning =
          "linear with the weight weight[i, :] * scales[i]. weight_only: products are f32. "
          "dynamic: each row of x is rounded to i8 with its own scale max|row| / 127 (to "
          "nearest even), products are summed as integers, then scaled.",
      .operands = {{.name = "x", .meaning = "[..., k] f32"},
                   {.name = "weight", .meaning = "[n, k] i8"},
                   {.name = "scales", .meaning = "[n] f32"},
                   {.name = "bias", .role = OperandRole::kOptional, .meaning = "[n] f32"},
                   {.name = "residual",
                    .role = OperandRole::kOptional,
                    .meaning = "[..., n] f32, the type of the result"}},
      .attributes = {{.name = "activation",
                      .by_default = "none",
                      .kind = std::string(),
                      .meaning = "none, or a kind of activation."},
                     {.name = "mode",
                      .by_default = "weight_only",
                      .kind = std::string(),
                      .meaning = "weight_only or dynamic."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
