// SPDX-License-Identifier: MIT
// A view: where the first element is, how many there are along each axis, and how far apart.
// It owns nothing; slices and transposes are views of the same memory.
//
//   TensorView<float> c(buffer + 4, {4096, 107}, {112, 1});   // rows 112 apart: 5 unused
//   c.at(3, 106) = 1.0F;
//   c.leading_dimension();                                     // 112
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/check.h"
#include "engine/tensor/shape.h"

namespace assay::tensor {

template <class T>
class TensorView {
 public:
  using Element = T;

  TensorView() = default;
  TensorView(T* data, const Dims& shape) : TensorView(data, shape, row_major_strides(shape)) {}
  TensorView(T* data, const Dims& shape, const Dims& strides)
      : data_(data), shape_(shape), strides_(strides) {
    ASSAY_CHECK_EQ(shape.rank(), strides.rank(), "every axis has a stride");
  }

  T* data() const { return data_; }
  const Dims& shape() const { return shape_; }
  const Dims& strides() const { return strides_; }
  int rank() const { return shape_.rank(); }
  std::int64_t extent(int axis) const { return shape_[axis]; }
  std::int64_t stride(int axis) const { return strides_[axis]; }
  bool empty() const {
    for (int axis = 0; axis < rank(); ++axis) {
      if (extent(axis) == 0) return true;
    }
    return false;
  }

  /// Elements from one row to the next, for a view whose rows are contiguous.
  std::int64_t leading_dimension() const {
    ASSAY_CHECK_GE(rank(), 2, "only a matrix has a leading dimension");
    ASSAY_CHECK_EQ(stride(rank() - 1), 1, "the rows of a library's matrix are contiguous");
    return stride(rank() - 2);
  }

  template <class... Index>
  T& at(Index... index) const {
    ASSAY_CHECK_EQ(static_cast<int>(sizeof...(index)), rank(), "every axis gets an index");
    const std::array<std::int64_t, sizeof...(index)> indexes{static_cast<std::int64_t>(index)...};
    std::int64_t offset = 0;
    for (int axis = 0; axis < rank(); ++axis) {
      const std::int64_t i = indexes[static_cast<std::size_t>(axis)];
      ASSAY_CHECK(i >= 0 && i < extent(axis), "an index lies within its extent");
      offset += i * stride(axis);
    }
    return data_[offset];
  }

  /// The view at `index` of the first axis: one rank less.
  TensorView operator[](std::int64_t index) const {
    ASSAY_CHECK(rank() > 0 && index >= 0 && index < extent(0), "an index lies within its extent");
    Dims shape;
    Dims strides;
    for (int axis = 1; axis < rank(); ++axis) {
      shape.append(extent(axis));
      strides.append(stride(axis));
    }
    return TensorView(data_ + index * stride(0), shape, strides);
  }

  /// `count` indexes of one axis, from `first`.
  TensorView narrow(int axis, std::int64_t first, std::int64_t count) const {
    ASSAY_CHECK(first >= 0 && count >= 0 && first + count <= extent(axis),
                "a narrowed axis lies within the old one");
    TensorView view = *this;
    view.data_ += count == 0 ? 0 : first * stride(axis);
    view.shape_[axis] = count;
    return view;
  }

  /// The same elements with the last two axes exchanged.
  TensorView transposed() const {
    ASSAY_CHECK_GE(rank(), 2, "a transpose needs two axes");
    TensorView view = *this;
    std::swap(view.shape_[rank() - 1], view.shape_[rank() - 2]);
    std::swap(view.strides_[rank() - 1], view.strides_[rank() - 2]);
    return view;
  }

  operator TensorView<const T>() const  // NOLINT(google-explicit-constructor): as pointers do.
      requires(!std::is_const_v<T>) {
    return TensorView<const T>(data_, shape_, strides_);
  }

 private:
  T* data_ = nullptr;
  Dims shape_;
  Dims strides_;
};

}  // namespace assay::tensor
