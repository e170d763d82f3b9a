// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/movement.h"

namespace assay::kernels {
namespace {

using tensor::Dims;

/// The part of y with `count` indexes of one axis from `first` on.
AnyView narrowed(AnyView y, int axis, std::int64_t first, std::int64_t count) {
  ASSAY_CHECK(first >= 0 && count >= 0 && first + count <= y.type.shape[axis],
              "a part lies within the whole");
  const std::int64_t offset = first * y.strides[axis] * tensor::size_of(y.type.dtype);
  if (count > 0) y.data = static_cast<std::byte*>(y.data) + offset;
  y.type.shape[axis] = count;
  return y;
}

ConstAnyView narrowed(ConstAnyView x, int axis, std::int64_t first, std::int64_t count) {
  ASSAY_CHECK(first >= 0 && count >= 0 && first + count <= x.type.shape[axis],
              "a part lies within the whole");
  const std::int64_t offset = first * x.strides[axis] * tensor::size_of(x.type.dtype);
  if (count > 0) x.data = static_cast<const std::byte*>(x.data) + offset;
  x.type.shape[axis] = count;
  return x;
}

}  // namespace

void copy_reference(const ConstAnyView& x, const AnyView& y) {
  store_elements(y, load_elements(x));
}

void permute_reference(const ConstAnyView& x, std::span<const std::int64_t> axes,
                       const AnyView& y) {
  ConstAnyView permuted{x.data, {x.type.dtype, {}}, {}};
  for (const std::int64_t axis : axes) {
    permuted.type.shape.append(x.type.shape[static_cast<int>(axis)]);
    permuted.strides.append(x.strides[static_cast<int>(axis)]);
  }
  ASSAY_CHECK(permuted.type.shape == y.type.shape, "a permutation fits its result");
  copy_reference(permuted, y);
}

void slice_reference(const ConstAnyView& x, int axis, std::int64_t first, const AnyView& y) {
  copy_reference(narrowed(x, axis, first, y.type.shape[axis]), y);
}

void broadcast_reference(const ConstAnyView& x, const AnyView& y) {
  ASSAY_CHECK_EQ(x.type.shape.rank(), y.type.shape.rank(), "a broadcast keeps the rank");
  ConstAnyView repeated{x.data, {x.type.dtype, y.type.shape}, x.strides};
  for (int axis = 0; axis < x.type.shape.rank(); ++axis) {
    if (x.type.shape[axis] == 1) repeated.strides[axis] = 0;
  }
  copy_reference(repeated, y);
}

void concat_reference(std::span<const ConstAnyView> parts, int axis, const AnyView& y) {
  std::int64_t first = 0;
  for (const ConstAnyView& part : parts) {
    const std::int64_t count = part.type.shape[axis];
    copy_reference(part, narrowed(y, axis, first, count));
    first += count;
  }
  ASSAY_CHECK_EQ(first, y.type.shape[axis], "the parts fill the whole");
}

}  // namespace assay::kernels
