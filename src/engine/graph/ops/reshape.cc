// SPDX-License-Identifier: MIT
#include "engine/graph/ops/reshape.h"

#include <algorithm>

#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

/// The shape with every 0 replaced; `unknown` is where the -1 stands, or -1 without one.
struct Partial {
  std::vector<std::int64_t> extents;
  int unknown = -1;
};

Result<Partial> replace_kept(const Operand& x, const Integers& shape) {
  Partial partial;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::int64_t extent = shape[axis];
    if (extent < -1) return Error::user("shape is {}; expected -1 or more", to_text(shape));
    if (extent == -1 && partial.unknown >= 0) {
      return Error::user("shape is {}; expected at most one -1", to_text(shape));
    }
    if (extent == -1) partial.unknown = static_cast<int>(axis);
    if (extent == 0) {
      if (static_cast<int>(axis) >= x.rank()) {
        return Error::user("shape is {}; expected a 0 only where x has an axis to keep, as {}",
                           to_text(shape), to_text(x));
      }
      extent = x.extent(static_cast<int>(axis));
    }
    partial.extents.push_back(extent);
  }
  return partial;
}

Result<std::int64_t> product(std::span<const std::int64_t> extents, int left_out) {
  std::int64_t count = 1;
  const bool is_empty = std::ranges::find(extents, 0) != extents.end();
  for (std::size_t axis = 0; axis < extents.size() && !is_empty; ++axis) {
    if (static_cast<int>(axis) == left_out) continue;
    if (__builtin_mul_overflow(count, extents[axis], &count)) {
      return Error::user("shape {} has more elements than 64 bits can count",
                         to_text(Integers(extents.begin(), extents.end())));
    }
  }
  return is_empty ? 0 : count;
}

Result<TensorType> infer(const OperandTypes& operands, const Attributes& attributes) {
  const Operand x{"x", operands[0]};
  const Integers& shape = attributes.integers("shape");
  ASSAY_TRY(Partial partial, replace_kept(x, shape));
  ASSAY_TRY(const std::int64_t known, product(partial.extents, partial.unknown));
  ASSAY_TRY(const std::int64_t count, tensor::element_count(x.type.shape));
  if (partial.unknown >= 0) {
    if (known == 0 || count % known != 0) {
      return Error::user("shape is {}; no extent for its -1 gives {} elements, as {}",
                         to_text(shape), count, to_text(x));
    }
    partial.extents[static_cast<std::size_t>(partial.unknown)] = count / known;
  } else if (known != count) {
    return Error::user("shape is {}, which has {} elements; expected {}, as {}", to_text(shape),
                       known, count, to_text(x));
  }
  return result_type(x.type.dtype, partial.extents);
}

}  // namespace

const OpDefinition& reshape_op() {
  static const OpDefinition definition{
      .name = "reshape",
      .meaning = "The elements of x in their row-major order under another shape.",
      .operands = {{.name = "x", .meaning = "any dtype and shape"}},
      .attributes = {{.name = "shape",
                      .by_default = {},
                      .kind = Integers{},
                      .meaning = "Extents; 0 keeps x's extent at that axis, one -1 takes the "
                                 "rest."}},
      .infer_and_validate = infer,
      .is_view = true};
  return definition;
}

}  // namespace assay::graph
