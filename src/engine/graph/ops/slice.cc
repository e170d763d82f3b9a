// SPDX-License-Identifier: MIT
#include "engine/graph/ops/slice.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  ASSAY_TRY(const int axis, resolve_axis(attributes.integer("axis"), x, "axis"));
  const std::int64_t extent = x.extent(axis);
  const std::int64_t first = attributes.integer("first");
  const std::int64_t count = attributes.integer("count");
  if (first < 0 || first > extent) {
    return Error::user("first is {}; expected 0 to {}, the extent of axis {}, as {}", first, extent,
                       axis, to_text(x));
  }
  if (count < -1 || count > extent - first) {
    return Error::user("count is {}; expected 0 to {} from {} on, or -1 for all, as {}", count,
                       extent - first, first, to_text(x));
  }
  Dims shape = x.type.shape;
  shape[axis] = count == -1 ? extent - first : count;
  return result_type(x.type.dtype, shape);
}

}  // namespace

const OpDefinition& slice_op() {
  static const OpDefinition definition{
      .name = "slice",
      .meaning = "The indexes first, first + 1, ... of one axis of x.",
      .operands = {{.name = "x", .meaning = "any dtype and shape"}},
      .attributes = {{.name = "axis",
                      .by_default = {},
                      .kind = std::int64_t{},
                      .meaning = "Negative: counted from the back."},
                     {.name = "first",
                      .by_default = {},
                      .kind = std::int64_t{},
                      .meaning = "The first index taken."},
                     {.name = "count",
                      .by_default = -1,
                      .kind = std::int64_t{},
                      .meaning = "How many indexes; -1: up to the end."}},
      .infer_and_validate = infer,
      .is_view = true};
  return definition;
}

}  // namespace assay::graph
