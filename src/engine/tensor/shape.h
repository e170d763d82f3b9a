// SPDX-License-Identifier: MIT
// Shapes and strides: short lists of 64-bit sizes, and the checked arithmetic over them. Strides
// count elements, never bytes. A size that does not fit 64 bits is an error, never a small number.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "core/result.h"
#include "core/units.h"
#include "engine/tensor/dtype.h"

namespace assay::tensor {

/// Up to six 64-bit numbers, held in place: a shape, or strides.
class Dims {
 public:
  static constexpr int kRankMax = 6;

  Dims() = default;
  Dims(std::initializer_list<std::int64_t> values);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return values_[checked(axis)]; }
  std::int64_t& operator[](int axis) { return values_[checked(axis)]; }
  void append(std::int64_t value);
  bool operator==(const Dims&) const = default;

 private:
  std::size_t checked(int axis) const {
    ASSAY_CHECK(axis >= 0 && axis < rank_, "an axis lies within the rank");
    return static_cast<std::size_t>(axis);
  }

  std::array<std::int64_t, kRankMax> values_{};
  int rank_ = 0;
};

std::string to_text(const Dims& dims);  ///< "4096x107"

/// Product of the extents. An error for a negative extent or a product beyond 64 bits.
Result<std::int64_t> element_count(const Dims& shape);
/// Strides of a dense tensor whose last axis is contiguous.
Dims row_major_strides(const Dims& shape);
/// Elements from the first to one past the last that the view can touch; 0 for an empty tensor.
/// Strides must not be negative.
Result<std::int64_t> storage_extent(const Dims& shape, const Dims& strides);
Result<Bytes> storage_size(const Dims& shape, const Dims& strides, DType dtype);

/// The smallest multiple of `multiple` (> 0) that is at least `value` (>= 0).
constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace assay::tensor
