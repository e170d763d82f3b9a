// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa_vector.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/sdpa_vector.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using tensor::TensorView;
using Lanes = hn::ScalableTag<float>;
using Vector = hn::Vec<Lanes>;

constexpr std::int64_t kRows = 6;  ///< Of a register tile: 6 x 2 vectors fill 12 of 16 registers.
constexpr float kHidden = -1e30F;  ///< A score that weighs nothing, and is still finite.

std::int64_t lane_count() {
  return static_cast<std::int64_t>(hn::Lanes(Lanes()));
}

std::int64_t width() {
  return 2 * lane_count();
}

/// 2^x = 2^n * 2^f with n the nearest integer. 2^f on [-0.5, 0.5] is the degree-5 polynomial of
/// least relative error, 7.5e-8 (found by Remez' exchange); rounding adds about as much.
HWY_INLINE Vector exp2(Vector x) {
  const Lanes f32;
  const hn::RebindToSigned<Lanes> i32;
  const Vector magic = hn::Set(f32, 12582912.0F);  // 1.5 * 2^23: adding it rounds to an integer.
  x = hn::Max(hn::Set(f32, -126.0F), x);           // This order lets a NaN through on x86.
  const Vector shifted = hn::Add(x, magic);
  const Vector f = hn::Sub(x, hn::Sub(shifted, magic));
  Vector power = hn::Set(f32, 1.3276471978e-3F);
  power = hn::MulAdd(power, f, hn::Set(f32, 9.6755413342e-3F));
  power = hn::MulAdd(power, f, hn::Set(f32, 5.5507132735e-2F));
  power = hn::MulAdd(power, f, hn::Set(f32, 2.4022119724e-1F));
  power = hn::MulAdd(power, f, hn::Set(f32, 6.9314696706e-1F));
  power = hn::MulAdd(power, f, hn::Set(f32, 1.0000000717F));
  // The low bits of `shifted` are n: moved to the exponent and added, they scale by 2^n.
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(i32, shifted));
  return hn::BitCast(f32, hn::Add(hn::BitCast(i32, power), exponent));
}

float exp2_of(float x) {
  return hn::GetLane(exp2(hn::Set(Lanes(), x)));
}

/// c[6, width] = a[6, depth] * b[depth, width], or scale * c + that.
struct RegisterTile {
  const float* a;
  std::int64_t a_stride;
  const float* b;
  std::int64_t depth;
  float* c;
  std::int64_t c_stride;
  const float* scale;  ///< One per row; only where c is added to.
};

template <bool kAdds>
HWY_INLINE Vector start(const RegisterTile& tile, std::int64_t row, std::int64_t column) {
  const Lanes f32;
  if constexpr (!kAdds) return hn::Zero(f32);
  return hn::Mul(hn::LoadU(f32, tile.c + row * tile.c_stride + column),
                 hn::Set(f32, tile.scale[row]));
}

template <bool kAdds>
HWY_NOINLINE void multiply(const RegisterTile& tile) {
  const Lanes f32;
  const std::int64_t half = lane_count();
  Vector c00 = start<kAdds>(tile, 0, 0), c01 = start<kAdds>(tile, 0, half);
  Vector c10 = start<kAdds>(tile, 1, 0), c11 = start<kAdds>(tile, 1, half);
  Vector c20 = start<kAdds>(tile, 2, 0), c21 = start<kAdds>(tile, 2, half);
  Vector c30 = start<kAdds>(tile, 3, 0), c31 = start<kAdds>(tile, 3, half);
  Vector c40 = start<kAdds>(tile, 4, 0), c41 = start<kAdds>(tile, 4, half);
  Vector c50 = start<kAdds>(tile, 5, 0), c51 = start<kAdds>(tile, 5, half);
  const float* a0 = tile.a;
  const float* a3 = tile.a + 3 * tile.a_stride;
  const std::int64_t stride = tile.a_stride;
  const float* b = tile.b;
  for (std::int64_t d = 0; d < tile.depth; ++d, ++a0, ++a3, b += 2 * half) {
    const Vector b0 = hn::LoadU(f32, b);
    const Vector b1 = hn::LoadU(f32, b + half);
    Vector a = hn::Set(f32, a0[0]);
    c00 = hn::MulAdd(a, b0, c00);
    c01 = hn::MulAdd(a, b1, c01);
    a = hn::Set(f32, a0[stride]);
    c10 = hn::MulAdd(a, b0, c10);
    c11 = hn::MulAdd(a, b1, c11);
    a = hn::Set(f32, a0[2 * stride]);
    c20 = hn::MulAdd(a, b0, c20);
    c21 = hn::MulAdd(a, b1, c21);
    a = hn::Set(f32, a3[0]);
    c30 = hn::MulAdd(a, b0, c30);
    c31 = hn::MulAdd(a, b1, c31);
    a = hn::Set(f32, a3[stride]);
    c40 = hn::MulAdd(a, b0, c40);
    c41 = hn::MulAdd(a, b1, c41);
    a = hn::Set(f32, a3[2 * stride]);
    c50 = hn::MulAdd(a, b0, c50);
    c51 = hn::MulAdd(a, b1, c51);
  }
  float* c = tile.c;
  const auto store = [&](Vector left, Vector right) HWY_ATTR {
    hn::StoreU(left, f32, c);
    hn::StoreU(right, f32, c + half);
    c += tile.c_stride;
  };
  store(c00, c01);
  store(c10, c11);
  store(c20, c21);
  store(c30, c31);
  store(c40, c41);
  store(c50, c51);
}

/// Everything a block keeps while it goes through the tiles of keys.
struct BlockState {
  std::int64_t rows;  ///< A multiple of kRows; those past the block's end are zero.
  std::int64_t head_dim;
  std::int64_t columns;  ///< head_dim rounded up to whole panels.
  float* queries;        ///< [rows, head_dim], times scale * log2(e).
  float* scores;         ///< [rows, kTileKeys]
  float* sums;           ///< [columns / width][rows][width]: weighted values so far.
  float* peak;           ///< Per row: the largest score so far.
  float* total;          ///< Per row: the sum of weights so far, relative to the peak.
  float* shrink;         ///< Per row: what a new peak makes of the old sums.
};

BlockState start_block(const QueryBlock& block, float* scratch) {
  const std::int64_t head_dim = block.queries.extent(1);
  BlockState state{};
  state.rows = tensor::round_up(block.queries.extent(0), kRows);
  state.head_dim = head_dim;
  state.columns = tensor::round_up(head_dim, width());
  state.scores = scratch;
  state.sums = state.scores + kBlockRows * kTileKeys;
  state.peak = state.sums + kBlockRows * state.columns;
  state.total = state.peak + kBlockRows;
  state.shrink = state.total + kBlockRows;
  state.queries = state.shrink + kBlockRows;
  const float scale = block.options.scale * 1.44269504F;
  for (std::int64_t i = 0; i < state.rows; ++i) {
    float* row = state.queries + i * head_dim;
    if (i >= block.queries.extent(0)) {
      std::fill_n(row, head_dim, 0.0F);
      continue;
    }
    const float* from = block.queries.data() + i * block.queries.stride(0);
    for (std::int64_t d = 0; d < head_dim; ++d)
      row[d] = scale * from[d * block.queries.stride(1)];
  }
  std::fill_n(state.sums, state.rows * state.columns, 0.0F);
  std::fill_n(state.peak, state.rows, kHidden);
  std::fill_n(state.total, state.rows, 0.0F);
  return state;
}

void score_tile(const QueryBlock& block, const BlockState& state, std::int64_t first_key,
                std::int64_t keys) {
  for (std::int64_t j = 0; j < keys; j += width()) {
    const float* panel = block.packed_keys + (first_key + j) * state.head_dim;
    for (std::int64_t i = 0; i < state.rows; i += kRows) {
      multiply<false>({.a = state.queries + i * state.head_dim,
                       .a_stride = state.head_dim,
                       .b = panel,
                       .depth = state.head_dim,
                       .c = state.scores + i * kTileKeys + j,
                       .c_stride = kTileKeys,
                       .scale = nullptr});
    }
  }
}

/// scores[0..padded) become 2^(score - peak); returns their sum.
float weigh(float* scores, std::int64_t padded, float peak) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  const Vector shift = hn::Set(f32, peak);
  Vector even = hn::Zero(f32);
  Vector odd = hn::Zero(f32);
  std::int64_t j = 0;
  for (; j + 2 * lanes <= padded; j += 2 * lanes) {
    const Vector left = exp2(hn::Sub(hn::LoadU(f32, scores + j), shift));
    const Vector right = exp2(hn::Sub(hn::LoadU(f32, scores + j + lanes), shift));
    hn::StoreU(left, f32, scores + j);
    hn::StoreU(right, f32, scores + j + lanes);
    even = hn::Add(even, left);
    odd = hn::Add(odd, right);
  }
  for (; j < padded; j += lanes) {
    const Vector weight = exp2(hn::Sub(hn::LoadU(f32, scores + j), shift));
    hn::StoreU(weight, f32, scores + j);
    even = hn::Add(even, weight);
  }
  return hn::GetLane(hn::SumOfLanes(f32, hn::Add(even, odd)));
}

float largest(const float* scores, std::int64_t padded) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  Vector even = hn::Set(f32, kHidden);
  Vector odd = even;
  std::int64_t j = 0;
  for (; j + 2 * lanes <= padded; j += 2 * lanes) {
    even = hn::Max(even, hn::LoadU(f32, scores + j));
    odd = hn::Max(odd, hn::LoadU(f32, scores + j + lanes));
  }
  for (; j < padded; j += lanes)
    even = hn::Max(even, hn::LoadU(f32, scores + j));
  return hn::GetLane(hn::MaxOfLanes(f32, hn::Max(even, odd)));
}

void weigh_tile(const QueryBlock& block, const BlockState& state, std::int64_t first_key,
                std::int64_t keys) {
  for (std::int64_t i = 0; i < state.rows; ++i) {
    float* scores = state.scores + i * kTileKeys;
    const std::int64_t seen_of_head = keys_seen(block.first + i, block.seq_k, block.options.causal);
    const std::int64_t seen = std::clamp<std::int64_t>(seen_of_head - first_key, 0, keys);
    state.shrink[i] = 1;
    if (seen > 0) {
      const std::int64_t padded = tensor::round_up(seen, lane_count());
      std::fill(scores + seen, scores + padded, kHidden);
      const float peak = std::max(state.peak[i], largest(scores, padded));
      state.shrink[i] = exp2_of(state.peak[i] - peak);
      state.peak[i] = peak;
      state.total[i] = state.total[i] * state.shrink[i] + weigh(scores, padded, peak);
    }
    std::fill(scores + seen, scores + keys, 0.0F);
  }
}

void add_values(const QueryBlock& block, const BlockState& state, std::int64_t first_key,
                std::int64_t keys) {
  for (std::int64_t column = 0; column < state.columns; column += width()) {
    const float* panel = block.packed_values + column * block.seq_k + first_key * width();
    float* sums = state.sums + column * state.rows;
    for (std::int64_t i = 0; i < state.rows; i += kRows) {
      multiply<true>({.a = state.scores + i * kTileKeys,
                      .a_stride = kTileKeys,
                      .b = panel,
                      .depth = keys,
                      .c = sums + i * width(),
                      .c_stride = width(),
                      .scale = state.shrink + i});
    }
  }
}

void finish_block(const QueryBlock& block, const BlockState& state) {
  for (std::int64_t i = 0; i < block.out.extent(0); ++i) {
    const float scale = state.total[i] > 0 || std::isnan(state.total[i]) ? 1 / state.total[i] : 0;
    float* out = block.out.data() + i * block.out.stride(0);
    for (std::int64_t d = 0; d < state.head_dim; ++d) {
      const std::int64_t column = d / width() * width();
      const float sum = state.sums[column * state.rows + i * width() + d - column];
      out[d * block.out.stride(1)] = sum * scale;
    }
  }
}

void Attend(const QueryBlock& block, float* scratch) {
  const BlockState state = start_block(block, scratch);
  const std::int64_t last = block.first + block.queries.extent(0) - 1;
  const std::int64_t seen = keys_seen(last, block.seq_k, block.options.causal);
  for (std::int64_t first_key = 0; first_key < seen; first_key += kTileKeys) {
    const std::int64_t keys = std::min(kTileKeys, seen - first_key);
    score_tile(block, state, first_key, keys);
    weigh_tile(block, state, first_key, keys);
    add_values(block, state, first_key, keys);
  }
  finish_block(block, state);
}

void PackKeys(TensorView<const float> keys, float* packed) {
  const std::int64_t head_dim = keys.extent(1);
  for (std::int64_t first = 0; first < keys.extent(0); first += width()) {
    const std::int64_t count = std::min(width(), keys.extent(0) - first);
    float* panel = packed + first * head_dim;
    for (std::int64_t d = 0; d < head_dim; ++d) {
      const float* from = keys.data() + first * keys.stride(0) + d * keys.stride(1);
      float* to = panel + d * width();
      for (std::int64_t j = 0; j < count; ++j)
        to[j] = from[j * keys.stride(0)];
      std::fill(to + count, to + width(), 0.0F);
    }
  }
}

void PackValues(TensorView<const float> values, float* packed) {
  for (std::int64_t column = 0; column < values.extent(1); column += width()) {
    const std::int64_t count = std::min(width(), values.extent(1) - column);
    for (std::int64_t j = 0; j < values.extent(0); ++j) {
      const float* from = values.data() + j * values.stride(0) + column * values.stride(1);
      float* to = packed + column * values.extent(0) + j * width();
      for (std::int64_t d = 0; d < count; ++d)
        to[d] = from[d * values.stride(1)];
      std::fill(to + count, to + width(), 0.0F);
    }
  }
}

void SoftmaxRow(std::span<float> scores, std::int64_t seen) {
  float* row = scores.data();
  const auto size = static_cast<std::int64_t>(scores.size());
  if (seen > 0) {
    // Whole vectors first, then what is left one by one: the row may end at the end of the memory.
    const std::int64_t whole = seen / lane_count() * lane_count();
    float peak = largest(row, whole);
    for (std::int64_t j = whole; j < seen; ++j)
      peak = std::max(peak, row[j]);
    float total = weigh(row, whole, peak);
    for (std::int64_t j = whole; j < seen; ++j)
      total += row[j] = exp2_of(row[j] - peak);
    const Lanes f32;
    const Vector scale = hn::Set(f32, 1 / total);
    for (std::int64_t j = 0; j < whole; j += lane_count()) {
      hn::StoreU(hn::Mul(hn::LoadU(f32, row + j), scale), f32, row + j);
    }
    for (std::int64_t j = whole; j < seen; ++j)
      row[j] /= total;
  }
  std::fill(row + seen, row + size, 0.0F);
}

void Exp2All(std::span<float> values) {
  for (float& value : values)
    value = exp2_of(value);
}

std::int64_t PanelWidth() {
  return width();
}

const char* TargetName() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(Attend);
HWY_EXPORT(PackKeys);
HWY_EXPORT(PackValues);
HWY_EXPORT(SoftmaxRow);
HWY_EXPORT(Exp2All);
HWY_EXPORT(PanelWidth);
HWY_EXPORT(TargetName);

std::string_view vector_target() {
  return HWY_DYNAMIC_DISPATCH(TargetName)();
}

std::int64_t panel_width() {
  return HWY_DYNAMIC_DISPATCH(PanelWidth)();
}

std::int64_t packed_keys_size(std::int64_t seq_k, std::int64_t head_dim) {
  return tensor::round_up(seq_k, panel_width()) * head_dim;
}

std::int64_t packed_values_size(std::int64_t seq_k, std::int64_t head_dim) {
  return seq_k * tensor::round_up(head_dim, panel_width());
}

void pack_keys(tensor::TensorView<const float> keys, float* packed) {
  HWY_DYNAMIC_DISPATCH(PackKeys)(keys, packed);
}

void pack_values(tensor::TensorView<const float> values, float* packed) {
  HWY_DYNAMIC_DISPATCH(PackValues)(values, packed);
}

std::int64_t attend_scratch_size(std::int64_t head_dim) {
  const std::int64_t columns = tensor::round_up(head_dim, panel_width());
  return kBlockRows * (kTileKeys + columns + head_dim + 3);
}

void attend(const QueryBlock& block, float* scratch) {
  ASSAY_CHECK_LE(block.queries.extent(0), kBlockRows, "a block has at most kBlockRows queries");
  HWY_DYNAMIC_DISPATCH(Attend)(block, scratch);
}

void softmax_row(std::span<float> scores, std::int64_t seen) {
  ASSAY_CHECK(seen >= 0 && seen <= std::ssize(scores), "what is seen lies within the row");
  HWY_DYNAMIC_DISPATCH(SoftmaxRow)(scores, seen);
}

void exp2_all(std::span<float> values) {
  HWY_DYNAMIC_DISPATCH(Exp2All)(values);
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
