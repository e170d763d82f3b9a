// SPDX-License-Identifier: MIT
#include "engine/graph/ops/broadcast.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes&) {
  const Operand x{"x", operands[0]};
  const Operand like{"like", operands[1]};
  bool fits = x.rank() == like.rank();
  for (int axis = 0; fits && axis < x.rank(); ++axis) {
    fits = x.extent(axis) == 1 || x.extent(axis) == like.extent(axis);
  }
  if (!fits) {
    return unfit(x, format("its rank and at every axis its extent or 1, as {}", to_text(like)));
  }
  return result_type(x.type.dtype, like.type.shape);
}

}  // namespace

const OpDefinition& broadcast_op() {
  static const OpDefinition definition{
      .name = "broadcast",
      .meaning = "x, its extents of 1 repeated to those of like.",
      .operands = {{.name = "x", .meaning = "any dtype; the rank of like"},
                   {.name = "like", .meaning = "any dtype; only its shape is used"}},
      .attributes = {},
      .infer_and_validate = infer,
      .is_view = true};
  return definition;
}

}  // namespace assay::graph
