// SPDX-License-Identifier: MIT
// Reference attention of new tokens over a cache of keys and values, which it extends.
#pragma once

#include "core/result.h"
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

struct CachedAttentionInputs {
  ConstAnyView q;       ///< [B, T, H, D]
  ConstAnyView k;       ///< [B, T, Hk, D]
  ConstAnyView v;       ///< [B, T, Hk, D]
  ConstAnyView past;    ///< i32 [B]: keys that row b's cache holds.
  ConstAnyView counts;  ///< i32 [B]: new tokens of row b, at most T; the rest is padding.
};

/// [B, Hk, S, D], f32 or f16: changed in place.
struct KeyValueCache {
  AnyView keys;
  AnyView values;
};

/// The new keys and values of row b are written at past[b]; then query t < counts[b] sees keys 0 to
/// past[b] + t. Rows of y behind counts[b] are 0. Sizes that do not fit are an error, and nothing
/// is changed.
Result<void> cached_attention_reference(const CachedAttentionInputs& inputs, double scale,
                                        const KeyValueCache& cache, const AnyView& y);

}  // namespace assay::kernels
