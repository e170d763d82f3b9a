// SPDX-License-Identifier: MIT
// Preparing pictures for a model: resizing, and normalising from rows of pixels to planes.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "engine/tensor/any_view.h"

namespace assay::kernels {

/// Bilinear, half-pixel centres; with antialias the triangle filter widens as the picture shrinks
/// (resize_reference says what exactly). The weights are calculated once, for one pair of sizes.
class Resize {
 public:
  /// From `height` x `width` to another size, all above 0.
  Resize(std::array<std::int64_t, 2> from, std::array<std::int64_t, 2> to, bool antialias);

  /// Floats, for pictures of so many channels.
  std::int64_t scratch_size(std::int64_t channels, int threads) const;
  /// x is [B, H, W, C] in u8 or f32 whose rows are contiguous pixels; y is [B, height, width, C].
  void run(const tensor::ConstAnyView& x, tensor::TensorView<float> y, std::span<float> scratch,
           int threads) const;

 private:
  /// What one output coordinate takes: `count` input coordinates from `first` on.
  struct Reach {
    std::int64_t first;
    std::int64_t count;
    std::int64_t weights;  ///< Where its weights start.
  };
  struct Axis {
    std::int64_t from;
    std::int64_t to;
    std::vector<Reach> reaches;
    std::vector<float> weights;
  };
  static Axis axis_of(std::int64_t from, std::int64_t to, bool antialias);
  template <class Pixel>
  void run_row(const Pixel* picture, std::int64_t row_stride, std::int64_t channels,
               std::int64_t row, float* blended, float* to) const;

  Axis down_;
  Axis across_;
};

/// y[b, c, i, j] = (x[b, i, j, c] * factor - mean[c]) / deviation[c], as one multiply-add each. x
/// is [B, H, W, C], u8 or f32, dense; y is dense.
void normalise(const tensor::ConstAnyView& x, double factor, std::span<const double> mean,
               std::span<const double> deviation, tensor::TensorView<float> y, int threads);

}  // namespace assay::kernels
