// SPDX-License-Identifier: MIT
// Attention in one pass with an online softmax, for every form of it: equal or grouped heads, keys
// in f32 or f16, sequences of different lengths, causal from any offset (a cache that is longer
// than the new queries). Memory does not grow with the sequence, but for a few queries, whose
// scores are kept.
//
// Work is cut into (entry, head, block of queries); nothing is prepared per head, so that threads
// share one head as evenly as many.
#pragma once

#include <span>

#include "engine/tensor/any_view.h"

namespace assay::kernels {

struct FlashInputs {
  tensor::TensorView<const float> q;  ///< [B, H, T, D]
  tensor::ConstAnyView k;             ///< [B, Hk, S, D], f32 or f16, H a multiple of Hk
  tensor::ConstAnyView v;             ///< The same.
  /// Each [B] or null. Keys that there are, 0 to S (null: S); keys before the first query (0);
  /// queries that there are, 0 to T (T): the rest of y is 0.
  const std::int32_t* lengths = nullptr;
  const std::int32_t* past = nullptr;
  const std::int32_t* counts = nullptr;
};

struct FlashOptions {
  float scale = 1;
  bool causal = false;  ///< Query t sees keys 0 to past + t.
  int threads = 1;
};

/// Floats. `queries` are T, `keys` S.
std::int64_t flash_attention_scratch(std::int64_t queries, std::int64_t keys, std::int64_t head_dim,
                                     int threads);
/// y is [B, H, T, D]. A query that sees no key gives 0. Lengths and counts outside their range are
/// taken to its nearer end; sizes that do not fit together are a bug.
void flash_attention(const FlashInputs& inputs, const FlashOptions& options,
                     tensor::TensorView<float> y, std::span<float> scratch);

/// `view` with axes 1 and 2 exchanged: [B, T, H, D] as [B, H, T, D], and back.
template <class T>
tensor::TensorView<T> heads_first(tensor::TensorView<T> view) {
  ASSAY_CHECK_EQ(view.rank(), 4, "attention is over [B, T, H, D]");
  tensor::Dims shape = view.shape();
  tensor::Dims strides = view.strides();
  std::swap(shape[1], shape[2]);
  std::swap(strides[1], strides[2]);
  return tensor::TensorView<T>(view.data(), shape, strides);
}

}  // namespace assay::kernels
