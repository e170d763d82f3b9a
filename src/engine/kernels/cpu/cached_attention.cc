// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/cached_attention.h"

#include "engine/kernels/cpu/convert.h"
#include "engine/kernels/parallel.h"

namespace assay::kernels {
namespace {

using tensor::AnyView;
using tensor::TensorView;

tensor::ConstAnyView any(const TensorView<const float>& view) {
  return {view.data(), {tensor::DType::kF32, view.shape()}, view.strides()};
}

Result<void> check_entries(const CachedTokens& tokens, std::int64_t capacity) {
  for (std::int64_t b = 0; b < tokens.q.extent(0); ++b) {
    const std::int64_t past = tokens.past[b];
    const std::int64_t count = tokens.counts[b];
    if (count < 0 || count > tokens.q.extent(1)) {
      return Error::user("entry {} has {} new tokens: expected 0 to {}", b, count,
                         tokens.q.extent(1));
    }
    if (past < 0 || past + count > capacity) {
      return Error::user("entry {} holds {} tokens and gets {} more: its cache has room for {}", b,
                         past, count, capacity);
    }
  }
  return {};
}

/// The new rows [T, D] of one head go to the end of its cache.
void append(TensorView<const float> rows, std::int64_t count, const AnyView& cache, std::int64_t b,
            std::int64_t h, std::int64_t past) {
  const std::int64_t size = tensor::size_of(cache.type.dtype);
  auto* to = static_cast<std::byte*>(cache.data) +
             (b * cache.strides[0] + h * cache.strides[1] + past * cache.strides[2]) * size;
  for (std::int64_t t = 0; t < count; ++t) {
    convert_run(rows.data() + t * rows.stride(0), tensor::DType::kF32,
                to + t * cache.strides[2] * size, cache.type.dtype, rows.extent(1));
  }
}

void check_caches(const CachedTokens& tokens, const AnyView& keys, const AnyView& values) {
  const tensor::Dims& shape = keys.type.shape;
  ASSAY_CHECK(shape.rank() == 4 && values.type == keys.type, "caches are alike, [B, Hk, S, D]");
  ASSAY_CHECK(tokens.k.shape() == tokens.v.shape() && tokens.k.rank() == 4, "k and v are alike");
  ASSAY_CHECK(shape[0] == tokens.k.extent(0) && shape[1] == tokens.k.extent(2) &&
                  shape[3] == tokens.k.extent(3) && tokens.k.extent(1) == tokens.q.extent(1),
              "new keys fit the cache");
  ASSAY_CHECK(shape[3] <= 1 || (keys.strides[3] == 1 && values.strides[3] == 1 &&
                                tokens.k.stride(3) == 1 && tokens.v.stride(3) == 1),
              "the elements of a head touch");
}

}  // namespace

void attention(TensorView<const float> q, TensorView<const float> k, TensorView<const float> v,
               const std::int32_t* lengths, const FlashOptions& options, TensorView<float> y,
               std::span<float> scratch) {
  flash_attention(
      {.q = heads_first(q), .k = any(heads_first(k)), .v = any(heads_first(v)), .lengths = lengths},
      options, heads_first(y), scratch);
}

Result<void> cached_attention(const CachedTokens& tokens, const AnyView& keys,
                              const AnyView& values, const FlashOptions& options,
                              TensorView<float> y, std::span<float> scratch) {
  check_caches(tokens, keys, values);
  ASSAY_TRY_VOID(check_entries(tokens, keys.type.shape[2]));
  const std::int64_t kv_heads = tokens.k.extent(2);
  const std::int64_t added = tokens.k.extent(1) * tokens.k.extent(3);
  const TensorView<const float> k = heads_first(tokens.k);
  const TensorView<const float> v = heads_first(tokens.v);
  for_each_part(k.extent(0) * kv_heads, 8192 / (added + 1) + 1, options.threads,
                [&](std::int64_t first, std::int64_t end) {
                  for (std::int64_t i = first; i < end; ++i) {
                    const std::int64_t b = i / kv_heads, h = i % kv_heads;
                    append(k[b][h], tokens.counts[b], keys, b, h, tokens.past[b]);
                    append(v[b][h], tokens.counts[b], values, b, h, tokens.past[b]);
                  }
                });
  FlashOptions causal = options;
  causal.causal = true;
  flash_attention({.q = heads_first(tokens.q),
                   .k = keys,
                   .v = values,
                   .past = tokens.past,
                   .counts = tokens.counts},
                  causal, heads_first(y), scratch);
  return {};
}

}  // namespace assay::kernels
