// SPDX-License-Identifier: MIT
#include "engine/graph/ops/embedding.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand table{"table", operands[0]};
  const Operand ids{"ids", operands[1]};
  ASSAY_TRY_VOID(expect_dtype(table, {DType::kF32, DType::kF16, DType::kBf16}));
  ASSAY_TRY_VOID(expect_rank(table, 2, "[V, D]"));
  ASSAY_TRY_VOID(expect_dtype(ids, {DType::kI32}));
  std::vector<std::int64_t> extents;
  for (int axis = 0; axis < ids.rank(); ++axis)
    extents.push_back(ids.extent(axis));
  extents.push_back(table.extent(1));
  return result_type(DType::kF32, extents);
}

}  // namespace

const OpDefinition& embedding_op() {
  static const OpDefinition definition{
      .name = "embedding",
      .meaning =
          "y[..., :] = table[ids[...], :] as f32 [..., D]. An id outside [0, V) ends the "
          "run with an error.",
      .operands = {{.name = "table", .meaning = "[V, D] f32, f16 or bf16"},
                   {.name = "ids", .meaning = "[...] i32"}},
      .attributes = {},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
