// SPDX-License-Identifier: MIT
// The vector code of attention: packing, one block of queries against all keys of a head, and the
// softmax of whole rows. Written once with Highway, compiled for every instruction set, chosen when
// the program runs. sdpa_flash and sdpa_math divide the work among threads and call these.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/kernels/sdpa_sizes.h"

namespace assay::kernels {

/// The instruction set chosen on this machine: "AVX2".
std::string_view vector_target();
/// Columns of one packed panel: two vectors.
std::int64_t panel_width();

/// Query rows handled together, and keys per tile: the tile of scores (48 x 256 floats, 48 KiB)
/// stays in a 512 KiB L2 beside the panels it is multiplied with. On Zen 3 this reached 82 % of the
/// FMA peak (S 2048, D 64, one thread); other tiles were not tried.
inline constexpr std::int64_t kBlockRows = 48;
inline constexpr std::int64_t kTileKeys = 256;

/// Floats that packed keys (or values) of a head take.
std::int64_t packed_keys_size(std::int64_t seq_k, std::int64_t head_dim);
std::int64_t packed_values_size(std::int64_t seq_k, std::int64_t head_dim);
/// Keys [seq_k, head_dim] as panels of panel_width() keys: [panel][head_dim][key], zero-filled.
void pack_keys(tensor::TensorView<const float> keys, float* packed);
/// Values [seq_k, head_dim] as panels of panel_width() columns: [panel][seq_k][column],
/// zero-filled.
void pack_values(tensor::TensorView<const float> values, float* packed);

/// At most kBlockRows queries of one head.
struct QueryBlock {
  tensor::TensorView<const float> queries;  ///< [rows, head_dim]
  std::int64_t first = 0;                   ///< Index of its first query, for the causal limit.
  const float* packed_keys = nullptr;
  const float* packed_values = nullptr;
  std::int64_t seq_k = 0;
  SdpaOptions options;
  tensor::TensorView<float> out;  ///< [rows, head_dim]
};
/// Floats of scratch that attend() needs.
std::int64_t attend_scratch_size(std::int64_t head_dim);
/// Online softmax over tiles of keys: no more memory than its scratch, however many keys.
void attend(const QueryBlock& block, float* scratch);

/// In place: the first `seen` scores (in units of log2) become weights that add up to 1, the rest
/// 0.
void softmax_row(std::span<float> scores, std::int64_t seen);

/// In place 2^x, the exponential of both above. Relative error below 3e-7 for x in [-126, 0];
/// below -126 the result is between 0 and 2^-125.
void exp2_all(std::span<float> values);

}  // namespace assay::kernels
