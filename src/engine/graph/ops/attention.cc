// SPDX-License-Identifier: MIT
#include "engine/graph/ops/attention.h"

#include "engine/graph/head_layout.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand q{"q", operands[0]};
  ASSAY_TRY_VOID(expect_between(attributes, "causal", 0, 1));
  ASSAY_TRY_VOID(expect_heads(q, {"k", operands[1]}, {"v", operands[2]}));
  if (operands.has(3)) {
    const TensorType row{DType::kI32, {q.extent(0)}};
    ASSAY_TRY_VOID(expect_type({"lengths", operands[3]}, row, "as " + to_text(q)));
  }
  return q.type;
}

}  // namespace

const OpDefinition& attention_op() {
  static const OpDefinition definition{
      .name = "attention",
      .meaning =
          "y[b, t, h, :] = sum_s softmax_s(scale q[b, t, h, :] . k[b, s, g, :]) v[b, s, g, :] "
          "with g = h / (H / Hk), over the keys s that query t sees: those before lengths[b] "
          "and, if causal, s <= t. A query that sees none gives 0.",
      .operands = {{.name = "q", .meaning = "[B, T, H, D] f32"},
                   {.name = "k", .meaning = "[B, S, Hk, D] f32; H is a multiple of Hk"},
                   {.name = "v", .meaning = "[B, S, Hk, D] f32"},
                   {.name = "lengths", .role = OperandRole::kOptional, .meaning = "[B] i32"}},
      .attributes =
          {{.name = "scale", .by_default = {}, .kind = double{}, .meaning = "Usually 1 / sqrt(D)."},
           {.name = "causal",
            .by_default = 0,
            .kind = std::int64_t{},
            .meaning = "1: query t sees keys 0 to t."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
