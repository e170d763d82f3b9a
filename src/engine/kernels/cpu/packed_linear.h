// SPDX-License-Identifier: MIT
// y = activation(x W^T + bias) + residual, with W packed once (packed_weight.h). x is f32 with any
// distance between rows; a weight in 16 or 8 bits is storage, products and sums are f32.
//
//   const LinearBlocking blocking = default_blocking(m, n, k, threads);
//   scratch.resize(packed_linear_scratch(m, packed, blocking, threads));
//   packed_linear(x, packed, {.bias = bias, .activation = Activation::kGelu}, y, blocking, scratch,
//   2);
//
// Nothing allocates; one parallel region a call, none with one thread.
#pragma once

#include "engine/kernels/activation.h"
#include "engine/kernels/cpu/linear_blocking.h"
#include "engine/kernels/cpu/packed_weight.h"
#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

struct LinearEpilogue {
  const float* bias = nullptr;  ///< [n]
  Activation activation = Activation::kNone;
  tensor::TensorView<const float> residual =
      {};  ///< [m, n] with contiguous rows; without data: none.
};

/// Bytes: a thread's copy in f32 of the part of a narrower weight that it works on; 0 for f32 and
/// for streams. No alignment is needed.
std::int64_t packed_linear_scratch(const PackedWeight& weight, const LinearBlocking& blocking,
                                   int threads);

/// x [m, k] and y [m, n] have contiguous rows; y overlaps neither x nor the residual.
void packed_linear(tensor::TensorView<const float> x, const PackedWeight& weight,
                   const LinearEpilogue& epilogue, tensor::TensorView<float> y,
                   const LinearBlocking& blocking, std::span<std::byte> scratch, int threads);

}  // namespace assay::kernels
