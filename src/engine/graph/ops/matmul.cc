// SPDX-License-Identifier: MIT
#include "engine/graph/ops/matmul.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand a{"a", operands[0]};
  const Operand b{"b", operands[1]};
  ASSAY_TRY_VOID(expect_between(attributes, "transpose_b", 0, 1));
  ASSAY_TRY_VOID(expect_dtype(a, {DType::kF32}));
  ASSAY_TRY_VOID(expect_dtype(b, {DType::kF32}));
  ASSAY_TRY_VOID(expect_rank_at_least(a, 2, "[..., m, k]"));
  const bool is_transposed = attributes.integer("transpose_b") == 1;
  bool fits = b.rank() == a.rank();
  for (int axis = 0; fits && axis < a.rank() - 2; ++axis) {
    fits = a.extent(axis) == b.extent(axis);
  }
  fits = fits && b.extent(is_transposed ? -1 : -2) == a.extent(-1);
  if (!fits) {
    return unfit(b, format("[..., {}] with equal leading extents and k = {}, as {}",
                           is_transposed ? "n, k" : "k, n", a.extent(-1), to_text(a)));
  }
  Dims shape = a.type.shape;
  shape[a.rank() - 1] = b.extent(is_transposed ? -2 : -1);
  return result_type(DType::kF32, shape);
}

}  // namespace

const OpDefinition& matmul_op() {
  static const OpDefinition definition{
      .name = "matmul",
      .meaning =
          "y[..., i, j] = sum_p a[..., i, p] b[..., p, j]; b[..., j, p] if transpose_b is 1.",
      .operands = {{.name = "a", .meaning = "[..., m, k] f32"},
                   {.name = "b",
                    .meaning = "[..., k, n] f32, or [..., n, k]; leading extents of a"}},
      .attributes = {{.name = "transpose_b",
                      .by_default = 0,
                      .kind = std::int64_t{},
                      .meaning = "1: b is stored as [..., n, k]."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
