// SPDX-License-Identifier: MIT
#include "engine/tensor/shape.h"

#include <algorithm>

namespace assay::tensor {

Dims::Dims(std::initializer_list<std::int64_t> values) {
  for (const std::int64_t value : values)
    append(value);
}

void Dims::append(std::int64_t value) {
  ASSAY_CHECK_LT(rank_, kRankMax, "a tensor has at most six axes");
  values_[static_cast<std::size_t>(rank_)] = value;
  ++rank_;
}

std::string to_text(const Dims& dims) {
  std::string text;
  for (int axis = 0; axis < dims.rank(); ++axis) {
    text += format("{}{}", axis == 0 ? "" : "x", dims[axis]);
  }
  return text;
}

Result<std::int64_t> element_count(const Dims& shape) {
  std::int64_t count = 1;
  bool is_empty = false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < 0) return Error::user("negative extent in shape {}", to_text(shape));
    is_empty = is_empty || shape[axis] == 0;
  }
  if (is_empty) return std::int64_t{0};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (__builtin_mul_overflow(count, shape[axis], &count)) {
      return Error::user("shape {} has more elements than 64 bits can count", to_text(shape));
    }
  }
  return count;
}

Dims row_major_strides(const Dims& shape) {
  Dims strides = shape;
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    ASSAY_CHECK(!__builtin_mul_overflow(stride, std::max<std::int64_t>(shape[axis], 1), &stride),
                "count the elements of a shape before its strides");
  }
  return strides;
}

Result<std::int64_t> storage_extent(const Dims& shape, const Dims& strides) {
  ASSAY_CHECK_EQ(shape.rank(), strides.rank(), "every axis has a stride");
  ASSAY_TRY(const std::int64_t count, element_count(shape));
  if (count == 0) return std::int64_t{0};
  std::int64_t last = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    std::int64_t reach = 0;
    if (strides[axis] < 0) return Error::user("negative stride in {}", to_text(strides));
    if (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return Error::user("shape {} with strides {} reaches beyond 64 bits", to_text(shape),
                         to_text(strides));
    }
  }
  if (__builtin_add_overflow(last, 1, &last)) {
    return Error::user("shape {} with strides {} reaches beyond 64 bits", to_text(shape),
                       to_text(strides));
  }
  return last;
}

Result<Bytes> storage_size(const Dims& shape, const Dims& strides, DType dtype) {
  ASSAY_TRY(const std::int64_t extent, storage_extent(shape, strides));
  std::int64_t size = 0;
  if (__builtin_mul_overflow(extent, size_of(dtype), &size)) {
    return Error::user("shape {} of {} needs more bytes than 64 bits can count", to_text(shape),
                       to_text(dtype));
  }
  return Bytes(size);
}

}  // namespace assay::tensor
