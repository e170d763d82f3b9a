// SPDX-License-Identifier: MIT
#include "engine/graph/ops/batch_norm.h"

#include <array>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

constexpr std::array<std::string_view, 4> kRows{"mean", "variance", "weight", "bias"};

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY_VOID(expect_dtype(x, {DType::kF32}));
  ASSAY_TRY_VOID(expect_rank_at_least(x, 2, "[B, C, ...]"));
  const TensorType row{DType::kF32, {x.extent(1)}};
  for (int i = 0; i < 4; ++i) {
    const Operand operand{kRows[static_cast<std::size_t>(i)], operands[i + 1]};
    ASSAY_TRY_VOID(expect_type(operand, row, "as " + to_text(x)));
  }
  ASSAY_TRY_VOID(expect_positive(attributes, "epsilon"));
  return x.type;
}

}  // namespace

const OpDefinition& batch_norm_op() {
  static const OpDefinition definition{
      .name = "batch_norm",
      .meaning =
          "y[b, c, ...] = (x[b, c, ...] - mean[c]) / sqrt(variance[c] + epsilon) * weight[c] "
          "+ bias[c]: inference, with the statistics of the training.",
      .operands = {{.name = "x", .meaning = "[B, C, ...] f32"},
                   {.name = "mean", .meaning = "[C] f32"},
                   {.name = "variance", .meaning = "[C] f32"},
                   {.name = "weight", .meaning = "[C] f32"},
                   {.name = "bias", .meaning = "[C] f32"}},
      .attributes = {{.name = "epsilon",
                      .by_default = {},
                      .kind = double{},
                      .meaning = "Positive; keeps constant channels finite."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
