// SPDX-License-Identifier: MIT
#include "engine/tensor/any_view.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/format.h"
#include "engine/tensor/half.h"

namespace assay::tensor {
namespace {

std::int64_t offset_of(const Dims& shape, const Dims& strides, std::int64_t index) {
  std::int64_t offset = 0;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    offset += index % shape[axis] * strides[axis];
    index /= shape[axis];
  }
  return offset;
}

template <class T>
T saturated(double value) {
  if (std::isnan(value)) return 0;
  const double rounded = std::nearbyint(value);  // To even.
  return static_cast<T>(std::clamp(rounded, static_cast<double>(std::numeric_limits<T>::min()),
                                   static_cast<double>(std::numeric_limits<T>::max())));
}

}  // namespace

std::string to_text(const TensorType& type) {
  return format("{} {}", to_text(type.dtype), to_text(type.shape));
}

AnyView dense_view(void* data, const TensorType& type) {
  return {.data = data, .type = type, .strides = row_major_strides(type.shape)};
}

ConstAnyView dense_view(const void* data, const TensorType& type) {
  return {data, type, row_major_strides(type.shape)};
}

bool is_dense(const TensorType& type, const Dims& strides) {
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    if (type.shape[axis] == 0) return true;
  }
  std::int64_t expected = 1;
  for (int axis = type.shape.rank() - 1; axis >= 0; --axis) {
    if (type.shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= type.shape[axis];
  }
  return true;
}

double load_element(const ConstAnyView& view, std::int64_t row_major_index) {
  const std::int64_t at = offset_of(view.type.shape, view.strides, row_major_index);
  const auto read = [&]<class T>(T) { return static_cast<const T*>(view.data)[at]; };
  switch (view.type.dtype) {
    case DType::kF64:
      return read(double{});
    case DType::kF32:
      return read(float{});
    case DType::kF16:
      return to_float(read(Half{}));
    case DType::kBf16:
      return to_float(read(Bfloat16{}));
    case DType::kI8:
      return read(std::int8_t{});
    case DType::kI32:
      return read(std::int32_t{});
    case DType::kU8:
      return read(std::uint8_t{});
  }
  return 0;  // Not reached: -Wswitch keeps the list complete.
}

void store_element(const AnyView& view, std::int64_t row_major_index, double value) {
  const std::int64_t at = offset_of(view.type.shape, view.strides, row_major_index);
  const auto write = [&]<class T>(T rounded) { static_cast<T*>(view.data)[at] = rounded; };
  switch (view.type.dtype) {
    case DType::kF64:
      return write(value);
    case DType::kF32:
      return write(static_cast<float>(value));
    case DType::kF16:
      return write(to_half(static_cast<float>(value)));
    case DType::kBf16:
      return write(to_bfloat16(static_cast<float>(value)));
    case DType::kI8:
      return write(saturated<std::int8_t>(value));
    case DType::kI32:
      return write(saturated<std::int32_t>(value));
    case DType::kU8:
      return write(saturated<std::uint8_t>(value));
  }
}

}  // namespace assay::tensor
