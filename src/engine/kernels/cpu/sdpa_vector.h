// SPDX-License-Identifier: MIT
// The vector code of attention: one block of queries against all keys of a head, and the softmax of
// whole rows. Written once with Highway, compiled for every instruction set, chosen when the
// program runs. flash_attention and sdpa_math divide the work among threads and call these.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/tensor/any_view.h"

namespace assay::kernels {

/// The instruction set chosen on this machine: "AVX2".
std::string_view vector_target();

/// Query rows handled together, and keys per tile: scores of a tile are 64 x 256 floats, 64 KiB,
/// and with a tile of keys and one of values stay in an L2 cache.
inline constexpr std::int64_t kBlockRows = 64;
inline constexpr std::int64_t kTileKeys = 256;
/// Up to so many rows go through attend_few, which reads keys and values once and as they lie.
inline constexpr std::int64_t kFewRows = 8;

/// At most kBlockRows queries (kFewRows for attend_few) that see keys of one head.
struct QueryBlock {
  tensor::TensorView<const float> queries = {};  ///< [rows, head_dim]
  tensor::ConstAnyView keys = {};                ///< [at least limit, head_dim], f32 or f16
  tensor::ConstAnyView values = {};              ///< The same.
  std::int64_t limit = 0;                        ///< Keys that there are.
  /// The first query sees so many keys, each further one `more_per_row` more; none beyond the
  /// limit.
  std::int64_t seen_first = 0;
  std::int64_t more_per_row = 0;  ///< 1: causal.
  float scale = 1;
  tensor::TensorView<float> out = {};  ///< [rows, head_dim]

  std::int64_t seen(std::int64_t row) const {
    const std::int64_t seen = seen_first + row * more_per_row;
    return seen < limit ? seen : limit;
  }
};

/// Floats of scratch that attend() needs.
std::int64_t attend_scratch_size(std::int64_t head_dim);
/// Online softmax over tiles of keys: no more memory than its scratch, however many keys. Scores
/// are kept with the queries along the vectors, so that neither product needs packed keys or values
/// and no sum goes across a vector.
void attend(const QueryBlock& block, float* scratch);

/// Floats of scratch that attend_few() needs for so many keys.
std::int64_t attend_few_scratch_size(std::int64_t keys);
/// The same for few queries; heads of the tensors are contiguous in head_dim.
void attend_few(const QueryBlock& block, float* scratch);

/// In place: the first `seen` scores (in units of log2) become weights that add up to 1, the rest
/// 0.
void softmax_row(std::span<float> scores, std::int64_t seen);

/// In place 2^x, the exponential of all above. Relative error below 3e-7 for x in [-126, 0];
/// below -126 the result is between 0 and 2^-125.
void exp2_all(std::span<float> values);

}  // namespace assay::kernels
