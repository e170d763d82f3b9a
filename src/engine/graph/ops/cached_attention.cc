// SPDX-License-Identifier: MIT
#include "engine/graph/ops/cached_attention.h"

#include "engine/graph/head_layout.h"

namespace assay::graph {
namespace {

Result<void> expect_cache(const Operand& keys, const Operand& values, const Operand& k) {
  ASSAY_TRY_VOID(expect_dtype(keys, {DType::kF32, DType::kF16}));
  ASSAY_TRY_VOID(expect_rank(keys, 4, "[B, Hk, S, D]"));
  ASSAY_TRY_VOID(expect_type(values, keys.type, "the type of keys"));
  const bool fits = keys.extent(0) == k.extent(0) && keys.extent(1) == k.extent(2) &&
                    keys.extent(3) == k.extent(3);
  if (fits) return {};
  return unfit(keys,
               format("[{}, {}, S, {}], as {}", k.extent(0), k.extent(2), k.extent(3), to_text(k)));
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand q{"q", operands[0]};
  const Operand k{"k", operands[1]};
  ASSAY_TRY_VOID(expect_heads(q, k, {"v", operands[2]}));
  if (k.extent(1) != q.extent(1)) {
    return unfit(k, format("{} tokens (axis 1), as {}", q.extent(1), to_text(q)));
  }
  const TensorType row{DType::kI32, {q.extent(0)}};
  ASSAY_TRY_VOID(expect_type({"past", operands[3]}, row, "as " + to_text(q)));
  ASSAY_TRY_VOID(expect_type({"counts", operands[4]}, row, "as " + to_text(q)));
  ASSAY_TRY_VOID(expect_cache({"keys", operands[5]}, {"values", operands[6]}, k));
  return q.type;
}

}  // namespace

const OpDefinition& cached_attention_op() {
  static const OpDefinition definition{
      .name = "cached_attention",
      .meaning =
          "Row b's cache holds past[b] keys and values; its first counts[b] new ones are "
          "written behind them. Query t < counts[b] attends to the cached keys 0 to past[b] + "
          "t; queries behind them give 0. A cache that would overflow ends the run with an "
          "error.",
      .operands = {{.name = "q", .meaning = "[B, T, H, D] f32"},
                   {.name = "k", .meaning = "[B, T, Hk, D] f32; H is a multiple of Hk"},
                   {.name = "v", .meaning = "[B, T, Hk, D] f32"},
                   {.name = "past", .meaning = "[B] i32"},
                   {.name = "counts", .meaning = "[B] i32, each 0 to T"},
                   {.name = "keys",
                    .role = OperandRole::kState,
                    .meaning = "[B, Hk, S, D] f32 or f16"},
                   {.name = "values",
                    .role = OperandRole::kState,
                    .meaning = "[B, Hk, S, D], the dtype of keys"}},
      .attributes = {{.name = "scale",
                      .by_default = {},
                      .kind = double{},
                      .meaning = "Usually 1 / sqrt(D)."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
