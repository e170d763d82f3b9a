// SPDX-License-Identifier: MIT
// Attention in the layout of graphs, [B, T, H, D], with grouped heads; over keys that are given,
// and over a cache that new keys are appended to first. Both are flash_attention.
#pragma once

#include "core/result.h"
#include "engine/kernels/cpu/flash_attention.h"

namespace assay::kernels {

/// y [B, T, H, D] of q [B, T, H, D] over k and v [B, S, Hk, D]. `lengths` is [B] or null: keys at
/// or beyond it are not seen. Scratch as flash_attention_scratch(T, S, D, threads) says.
void attention(tensor::TensorView<const float> q, tensor::TensorView<const float> k,
               tensor::TensorView<const float> v, const std::int32_t* lengths,
               const FlashOptions& options, tensor::TensorView<float> y, std::span<float> scratch);

struct CachedTokens {
  tensor::TensorView<const float> q;  ///< [B, T, H, D]
  tensor::TensorView<const float> k;  ///< [B, T, Hk, D]
  tensor::TensorView<const float> v;  ///< [B, T, Hk, D]
  const std::int32_t* past;           ///< [B]: keys that the cache of an entry holds.
  const std::int32_t* counts;         ///< [B]: new tokens of an entry; the rest of T is padding.
};

/// Row b's new keys and values are written to the caches [B, Hk, S, D] (f32 or f16, dense heads)
/// from past[b] on; then query t < counts[b] sees keys 0 to past[b] + t. Rows of y behind counts[b]
/// are 0. An error where an entry does not fit its cache; nothing is changed then. options.causal
/// has no say.
Result<void> cached_attention(const CachedTokens& tokens, const tensor::AnyView& keys,
                              const tensor::AnyView& values, const FlashOptions& options,
                              tensor::TensorView<float> y, std::span<float> scratch);

}  // namespace assay::kernels
