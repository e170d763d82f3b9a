// SPDX-License-Identifier: MIT
#include "engine/graph/ops/permute.h"

#include <algorithm>
#include <numeric>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  const Integers& axes = attributes.integers("axes");
  Integers sorted = axes;
  std::ranges::sort(sorted);
  Integers expected(static_cast<std::size_t>(x.rank()));
  std::iota(expected.begin(), expected.end(), 0);
  if (sorted != expected) {
    return Error::user("axes is {}; expected an order of {}, as {}", to_text(axes),
                       to_text(expected), to_text(x));
  }
  Dims shape;
  for (const std::int64_t axis : axes)
    shape.append(x.extent(static_cast<int>(axis)));
  return result_type(x.type.dtype, shape);
}

}  // namespace

const OpDefinition& permute_op() {
  static const OpDefinition definition{
      .name = "permute",
      .meaning = "Axis i of the result is axis axes[i] of x.",
      .operands = {{.name = "x", .meaning = "any dtype and shape"}},
      .attributes = {{.name = "axes",
                      .by_default = {},
                      .kind = Integers{},
                      .meaning = "Every axis of x once, in the order of the result."}},
      .infer_and_validate = infer,
      .is_view = true};
  return definition;
}

}  // namespace assay::graph
