// SPDX-License-Identifier: MIT
#include "engine/graph/ops/concat.h"

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand first{"x[0]", operands[0]};
  ASSAY_TRY(const int axis, resolve_axis(attributes.integer("axis"), first, "axis"));
  std::int64_t total = first.extent(axis);
  for (int i = 1; i < operands.count(); ++i) {
    const std::string name = format("x[{}]", i);
    const Operand next{name, operands[i]};
    TensorType expected = first.type;
    if (next.rank() == first.rank()) expected.shape[axis] = next.extent(axis);
    if (next.type != expected) {
      return unfit(
          next, format("its dtype and, but for axis {}, its shape, as {}", axis, to_text(first)));
    }
    if (__builtin_add_overflow(total, next.extent(axis), &total)) {
      return Error::user("axis {} of the result is longer than 64 bits can count", axis);
    }
  }
  Dims shape = first.type.shape;
  shape[axis] = total;
  return result_type(first.type.dtype, shape);
}

}  // namespace

const OpDefinition& concat_op() {
  static const OpDefinition definition{
      .name = "concat",
      .meaning = "The operands one behind the other along one axis.",
      .operands = {{.name = "x",
                    .role = OperandRole::kRepeated,
                    .meaning = "any dtype, the same for all; extents equal but for one axis"}},
      .attributes = {{.name = "axis",
                      .by_default = {},
                      .kind = std::int64_t{},
                      .meaning = "Negative: counted from the back."}},
      .infer_and_validate = infer};
  return definition;
}

}  // namespace assay::graph
