// SPDX-License-Identifier: MIT
// The last axis of a view as rows, whatever strides the axes before it have: what a kernel that
// works row by row asks for. The elements of a row are contiguous.
//
//   const Rows<const float> rows(x);   // x [8, 197, 768], perhaps a slice
//   rows.at(200)[5];                   // x.at(1, 3, 5)
#pragma once

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

template <class T>
class Rows {
 public:
  explicit Rows(tensor::TensorView<T> view) : data_(view.data()) {
    ASSAY_CHECK_GE(view.rank(), 1, "a row is an axis");
    length_ = view.extent(view.rank() - 1);
    ASSAY_CHECK(length_ <= 1 || view.stride(view.rank() - 1) == 1, "the elements of a row touch");
    for (int axis = view.rank() - 2; axis >= 0; --axis) {  // From the innermost outwards.
      count_ *= view.extent(axis);
      if (view.extent(axis) == 1) continue;
      const bool continues =
          axes_ > 0 && view.stride(axis) == stride_[axes_ - 1] * extent_[axes_ - 1];
      if (continues) {
        extent_[axes_ - 1] *= view.extent(axis);
        continue;
      }
      extent_[axes_] = view.extent(axis);
      stride_[axes_] = view.stride(axis);
      ++axes_;
    }
  }

  std::int64_t count() const { return count_; }
  std::int64_t length() const { return length_; }
  T* at(std::int64_t index) const {
    if (axes_ == 0) return data_;
    if (axes_ == 1) return data_ + index * stride_[0];
    std::int64_t offset = 0;
    for (int axis = 0; axis < axes_; ++axis) {
      offset += index % extent_[axis] * stride_[axis];
      index /= extent_[axis];
    }
    return data_ + offset;
  }

 private:
  T* data_;
  std::int64_t length_ = 0;
  std::int64_t count_ = 1;
  int axes_ = 0;
  std::int64_t extent_[tensor::Dims::kRankMax] = {};
  std::int64_t stride_[tensor::Dims::kRankMax] = {};
};

}  // namespace assay::kernels
