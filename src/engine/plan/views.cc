// SPDX-License-Identifier: MIT
#include "engine/plan/views.h"

namespace assay::plan {
namespace {

using tensor::Dims;

/// Strides of `result` over the memory of (`shape`, `strides`), both of the same element count.
/// Axes are matched in groups of equal product; a group must be evenly spaced in itself.
std::optional<Dims> reshaped_strides(const Dims& shape, const Dims& strides, const Dims& result) {
  Dims answer = tensor::row_major_strides(result);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 0) return answer;
  }
  int from = shape.rank() - 1;
  int to = result.rank() - 1;
  while (from >= 0 || to >= 0) {
    if (from >= 0 && shape[from] == 1) {
      --from;
      continue;
    }
    if (from < 0) {  // Only extents of 1 are left: their strides are never used.
      answer[to] = to + 1 < result.rank() ? answer[to + 1] * result[to + 1] : 1;
      --to;
      continue;
    }
    // One evenly spaced run of the old axes, innermost first.
    const std::int64_t step = strides[from];
    std::int64_t run = shape[from];
    --from;
    while (from >= 0 && (shape[from] == 1 || strides[from] == step * run)) {
      run *= shape[from];
      --from;
    }
    std::int64_t inner = 1;
    while (to >= 0 && inner < run) {
      answer[to] = step * inner;
      if (run % (inner * result[to]) != 0) return std::nullopt;
      inner *= result[to];
      --to;
    }
    if (inner != run) return std::nullopt;
  }
  return answer;
}

Placement permuted(const graph::Integers& axes, const Placement& placement) {
  Placement result{.offset = placement.offset, .strides = {}};
  for (const std::int64_t axis : axes) {
    result.strides.append(placement.strides[static_cast<int>(axis)]);
  }
  return result;
}

Placement sliced(const graph::Attributes& attributes, const Placement& placement) {
  Placement result = placement;
  const std::int64_t rank = placement.strides.rank();
  const std::int64_t axis = attributes.integer("axis");
  result.offset += attributes.integer("first") *
                   placement.strides[static_cast<int>(axis < 0 ? axis + rank : axis)];
  return result;
}

Placement broadcast(const Dims& operand, const Placement& placement, const Dims& result) {
  Placement answer = placement;
  for (int axis = 0; axis < result.rank(); ++axis) {
    if (operand[axis] != result[axis]) answer.strides[axis] = 0;
  }
  return answer;
}

}  // namespace

std::optional<Placement> view_of(const graph::Node& node, const Dims& operand,
                                 const Placement& placement, const Dims& result) {
  const std::string_view op = node.op->name;
  if (op == "reshape") {
    const auto strides = reshaped_strides(operand, placement.strides, result);
    if (!strides) return std::nullopt;
    return Placement{.offset = placement.offset, .strides = *strides};
  }
  if (op == "permute") return permuted(node.attributes.integers("axes"), placement);
  if (op == "slice") return sliced(node.attributes, placement);
  if (op == "broadcast") return broadcast(operand, placement, result);
  return std::nullopt;
}

}  // namespace assay::plan
