// SPDX-License-Identifier: MIT
// Sums and products element by element. Broadcasting is in the strides: an operand that repeats
// along an axis has stride 0 there (broadcast_to makes such a view), so that a bias, a scalar and a
// tensor of the same shape are one kernel.
#pragma once

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// `view` as if it had `shape`, by numpy's rule: shapes are aligned at the last axis, and an extent
/// of 1 (or a missing axis) repeats. Checked.
template <class T>
tensor::TensorView<T> broadcast_to(tensor::TensorView<T> view, const tensor::Dims& shape) {
  ASSAY_CHECK_LE(view.rank(), shape.rank(), "a view is repeated along more axes, never fewer");
  tensor::Dims strides;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int own = axis - (shape.rank() - view.rank());
    const bool repeats = own < 0 || view.extent(own) == 1;
    ASSAY_CHECK(repeats || view.extent(own) == shape[axis], "an axis is equal or repeated");
    strides.append(repeats ? 0 : view.stride(own));
  }
  return tensor::TensorView<T>(view.data(), shape, strides);
}

enum class Combination : std::uint8_t { kAdd, kMultiply };

/// y = a + b or a * b, all of the same shape, any strides. y may be a or b.
void combine(Combination combination, tensor::TensorView<const float> a,
             tensor::TensorView<const float> b, tensor::TensorView<float> y, int threads);

/// y = factor * x, of the same shape. y may be x.
void scale(tensor::TensorView<const float> x, float factor, tensor::TensorView<float> y,
           int threads);

}  // namespace assay::kernels
