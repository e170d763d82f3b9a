// SPDX-License-Identifier: MIT
// y = activation(x W^T + bias) + residual in integers: W is a packed weight in i8, and every row of
// x is rounded to i8 with a scale of its own, max|row| / 127, to nearest even. Sums are exact:
// products are of 16 bits each and summed in 32, where vpmaddubsw, twice as wide, would saturate.
#pragma once

#include "engine/kernels/cpu/packed_linear.h"

namespace assay::kernels {

/// Above it a sum of products of 127 * 128 could leave 32 bits.
inline constexpr std::int64_t kDynamicDepthMax = 131'072;

/// Bytes, for x [m, k]; no alignment is needed.
std::int64_t dynamic_linear_scratch(std::int64_t m, std::int64_t k, int threads);

/// x [m, k] and y [m, n] have contiguous rows, k is at most kDynamicDepthMax, the weight is i8; y
/// overlaps neither x nor the residual. A row of x that holds a NaN or an infinity becomes NaN.
void dynamic_linear(tensor::TensorView<const float> x, const PackedWeight& weight,
                    const LinearEpilogue& epilogue, tensor::TensorView<float> y,
                    std::span<std::byte> scratch, int threads);

/// What the vector code is given: y[rows, columns] of one panel.
struct IntegerPanel {
  const std::int16_t* x;
  std::int64_t x_stride;
  const float* x_scales;
  std::int64_t rows;
  const std::int16_t* panel;
  std::int64_t pairs;
  const float* scales;  ///< Of its first column, as all below.
  std::int64_t columns;
  const float* bias;
  Activation activation;
  const float* residual;
  std::int64_t residual_stride;
  float* y;
  std::int64_t y_stride;
};

}  // namespace assay::kernels
