// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/sdpa_vector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "engine/kernels/activation.h"
#include "engine/kernels/cpu/convert.h"
#include "engine/kernels/cpu/packed_weight.h"

// Arrays of vectors need types of known size, which those of SVE are not: NEON serves there. SSSE3
// adds nothing to SSE4 but compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/sdpa_vector.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"
// After the vector functions.
#include "engine/kernels/cpu/register_tile.inc"

using tensor::ConstAnyView;
using tensor::TensorView;

constexpr float kHidden = -1e30F;  ///< Below any score, and still finite.
constexpr float kLog2E = 1.44269504F;

/// Everything a group of queries, as many as a register tile has columns, keeps while it goes
/// through the tiles of keys. Queries stand along the rows of all matrices, `columns` of them,
/// filled up with zeros to whole panels; the scores of a tile stay in the L1 cache.
struct GroupState {
  std::int64_t columns;
  std::int64_t head_dim;
  float* queries;  ///< [head_dim, columns], times scale * log2(e).
  float* sums;     ///< [head_dim, columns]: weighted values so far.
  float* peak;     ///< Per query: the largest score so far.
  float* total;    ///< Per query: the sum of weights so far, relative to the peak.
  float* seen;     ///< Per query: how many keys it sees; exact up to 2^24.
  float* scores;   ///< [kTileKeys, columns], shared by all groups.
};

/// At most four elements; four that touch are one instruction each way.
HWY_INLINE void copy_four(const float* from, std::int64_t from_step, float* to,
                          std::int64_t to_step, std::int64_t count) {
  if (count == 4 && from_step == 1 && to_step == 1) {
    std::memcpy(to, from, 4 * sizeof(float));
    return;
  }
  for (std::int64_t j = 0; j < count; ++j)
    to[j * to_step] = from[j * from_step];
}

/// queries[d][i] = scale * from[i][d], four d of a vector of queries at a time.
void turn_queries(const QueryBlock& block, const GroupState& state) {
  const Lanes f32;
  const std::int64_t rows = block.queries.extent(0);
  const std::int64_t step = block.queries.stride(1);
  const Vector scale = constant(block.scale * kLog2E);
  HWY_ALIGN float four[4 * HWY_MAX_BYTES / sizeof(float)];
  for (std::int64_t first = 0; first < state.columns; first += kLanes) {
    const std::int64_t used = std::clamp<std::int64_t>(rows - first, 0, kLanes);
    std::fill_n(four, 4 * kLanes, 0.0F);
    for (std::int64_t d = 0; d < state.head_dim; d += 4) {
      const std::int64_t depth = std::min<std::int64_t>(4, state.head_dim - d);
      for (std::int64_t i = 0; i < used; ++i) {
        const float* from = block.queries.data() + (first + i) * block.queries.stride(0) + d * step;
        copy_four(from, step, four + 4 * i, 1, depth);
      }
      Vector turned[4];
      hn::LoadInterleaved4(f32, four, turned[0], turned[1], turned[2], turned[3]);
      for (std::int64_t j = 0; j < depth; ++j)
        hn::StoreU(hn::Mul(turned[j], scale), f32, state.queries + (d + j) * state.columns + first);
    }
  }
}

/// Floats that a group keeps to itself.
std::int64_t group_floats(std::int64_t head_dim) {
  return (2 * head_dim + 3) * kTileColumns;
}

GroupState start_group(const QueryBlock& block, float* own, float* scores) {
  const std::int64_t rows = block.queries.extent(0);
  GroupState state{};
  state.head_dim = block.queries.extent(1);
  state.columns = tensor::round_up(rows, kPanelColumns);
  state.queries = own;
  state.sums = state.queries + state.head_dim * state.columns;
  state.peak = state.sums + state.head_dim * state.columns;
  state.total = state.peak + state.columns;
  state.seen = state.total + state.columns;
  state.scores = scores;
  turn_queries(block, state);
  std::fill_n(state.sums, state.head_dim * state.columns, 0.0F);
  std::fill_n(state.peak, state.columns, kHidden);
  std::fill_n(state.total, state.columns, 0.0F);
  for (std::int64_t i = 0; i < state.columns; ++i) {
    // What fills up sees all keys, so that it hides nothing where the group's queries do not.
    state.seen[i] = static_cast<float>(i < rows ? block.seen(i) : block.limit);
  }
  return state;
}

/// Rows of keys or values as f32.
struct TileRows {
  const float* data;
  std::int64_t stride;
  std::int64_t step;
};

/// As they lie where that is dense enough; else copied, because rows on pages of their own cost
/// more than the copy each time they are read.
TileRows tile_rows(const ConstAnyView& from, std::int64_t first, std::int64_t count, float* copy) {
  const std::int64_t head_dim = from.type.shape[1];
  const std::int64_t stride = from.strides[0];
  const std::int64_t step = from.strides[1];
  const std::int64_t size = tensor::size_of(from.type.dtype);
  const auto* data = static_cast<const std::byte*>(from.data) + first * stride * size;
  const bool is_f32 = from.type.dtype == tensor::DType::kF32;
  const bool is_near = step == 1 && stride <= 2 * head_dim;
  if (is_f32 && (is_near || step != 1)) return {reinterpret_cast<const float*>(data), stride, step};
  for (std::int64_t j = 0; j < count; ++j)
    convert_run(data + j * stride * size, from.type.dtype, copy + j * head_dim, tensor::DType::kF32,
                head_dim);
  return {copy, head_dim, 1};
}

/// c[rows, columns] (+)= a[rows, depth] b[depth, columns], where the columns are those of a group.
struct GroupProduct {
  const float* a;
  std::int64_t a_stride;
  std::int64_t a_step;
  std::int64_t rows;
  std::int64_t depth;
  const float* b;
  float* c;
  std::int64_t columns;
  bool adds;
};

void multiply_group(const GroupProduct& product) {
  alignas(64) static constexpr float kZeros[kTileColumns] = {};
  const std::int64_t tiles = (product.rows + kTileRows - 1) / kTileRows;
  for (std::int64_t t = 0; t < tiles; ++t) {
    const std::int64_t row = t * product.rows / tiles;
    float* c = product.c + row * product.columns;
    multiply_registers({.x = product.a + row * product.a_stride,
                        .x_stride = product.a_stride,
                        .x_step = product.a_step,
                        .panels = product.b,
                        .panel_stride = kPanelColumns,
                        .panel_step = product.columns,
                        .depth = product.depth,
                        .start = product.adds ? c : kZeros,
                        .start_stride = product.adds ? product.columns : 0,
                        .y = c,
                        .y_stride = product.columns},
                       (t + 1) * product.rows / tiles - row, product.columns);
  }
}

/// Scores of one vector of queries become weights. kMasks: some of them do not see all keys.
template <bool kMasks>
void weigh_column(const GroupState& state, std::int64_t first_key, std::int64_t keys,
                  std::int64_t column) {
  const Lanes f32;
  float* scores = state.scores + column;
  const std::int64_t stride = state.columns;
  const Vector seen =
      hn::Sub(hn::LoadU(f32, state.seen + column), constant(static_cast<float>(first_key)));
  const auto sees = [&](std::int64_t j)
                        HWY_ATTR { return hn::Gt(seen, constant(static_cast<float>(j))); };
  const Vector before = hn::LoadU(f32, state.peak + column);
  // Several chains side by side, by name: an array with a running index would live in memory.
  const auto larger = [&](Vector so_far, std::int64_t j) HWY_ATTR {
    Vector score = hn::LoadU(f32, scores + j * stride);
    if constexpr (kMasks) score = hn::IfThenElse(sees(j), score, before);
    return hn::Max(so_far, score);
  };
  Vector peak0 = before, peak1 = before, peak2 = before, peak3 = before;
  std::int64_t j = 0;
  for (; j + 4 <= keys; j += 4) {
    peak0 = larger(peak0, j);
    peak1 = larger(peak1, j + 1);
    peak2 = larger(peak2, j + 2);
    peak3 = larger(peak3, j + 3);
  }
  for (; j < keys; ++j)
    peak0 = larger(peak0, j);
  const Vector peak = hn::Max(hn::Max(peak0, peak1), hn::Max(peak2, peak3));
  const auto weighed = [&](std::int64_t key) HWY_ATTR {
    Vector weight = exp2(hn::Sub(hn::LoadU(f32, scores + key * stride), peak));
    if constexpr (kMasks) weight = hn::IfThenElseZero(sees(key), weight);
    hn::StoreU(weight, f32, scores + key * stride);
    return weight;
  };
  const Vector shrink = exp2(hn::Sub(before, peak));
  Vector even = hn::Mul(hn::LoadU(f32, state.total + column), shrink), odd = hn::Zero(f32);
  for (j = 0; j + 2 <= keys; j += 2) {
    even = hn::Add(even, weighed(j));
    odd = hn::Add(odd, weighed(j + 1));
  }
  if (j < keys) even = hn::Add(even, weighed(j));
  hn::StoreU(peak, f32, state.peak + column);
  hn::StoreU(hn::Add(even, odd), f32, state.total + column);
  if (first_key == 0) return;
  for (std::int64_t d = 0; d < state.head_dim; ++d) {
    float* sum = state.sums + d * stride + column;
    hn::StoreU(hn::Mul(hn::LoadU(f32, sum), shrink), f32, sum);
  }
}

void weigh_tile(const QueryBlock& block, const GroupState& state, std::int64_t first_key,
                std::int64_t keys) {
  const bool all_see = block.seen(0) >= first_key + keys;
  for (std::int64_t column = 0; column < state.columns; column += kLanes) {
    if (all_see) {
      weigh_column<false>(state, first_key, keys, column);
    } else {
      weigh_column<true>(state, first_key, keys, column);
    }
  }
}

/// out[i][d] = sums[d][i] / total[i], four d of a vector of queries at a time.
void finish_group(const QueryBlock& block, const GroupState& state) {
  const Lanes f32;
  const std::int64_t rows = block.out.extent(0);
  const std::int64_t step = block.out.stride(1);
  HWY_ALIGN float four[4 * HWY_MAX_BYTES / sizeof(float)];
  for (std::int64_t first = 0; first < rows; first += kLanes) {
    const std::int64_t used = std::min<std::int64_t>(kLanes, rows - first);
    const Vector total = hn::LoadU(f32, state.total + first);
    const Vector sees_none = hn::IfThenElse(hn::Eq(total, hn::Zero(f32)), constant(1.0F), total);
    const Vector share = hn::Div(constant(1.0F), sees_none);  // Its sums are 0.
    for (std::int64_t d = 0; d < state.head_dim; d += 4) {
      const std::int64_t depth = std::min<std::int64_t>(4, state.head_dim - d);
      Vector turned[4];
      for (std::int64_t j = 0; j < 4; ++j) {
        const float* sum = state.sums + (d + std::min(j, depth - 1)) * state.columns + first;
        turned[j] = hn::Mul(hn::LoadU(f32, sum), share);
      }
      hn::StoreInterleaved4(turned[0], turned[1], turned[2], turned[3], f32, four);
      for (std::int64_t i = 0; i < used; ++i) {
        float* to = block.out.data() + (first + i) * block.out.stride(0) + d * step;
        copy_four(four + 4 * i, 1, to, step, depth);
      }
    }
  }
}

/// One tile of keys for one group.
void attend_tile(const QueryBlock& block, const GroupState& state, const TileRows& k,
                 const TileRows& v, std::int64_t first_key, std::int64_t keys) {
  multiply_group({.a = k.data,
                  .a_stride = k.stride,
                  .a_step = k.step,
                  .rows = keys,
                  .depth = state.head_dim,
                  .b = state.queries,
                  .c = state.scores,
                  .columns = state.columns,
                  .adds = false});
  weigh_tile(block, state, first_key, keys);
  multiply_group({.a = v.data,
                  .a_stride = v.step,
                  .a_step = v.stride,
                  .rows = state.head_dim,
                  .depth = keys,
                  .b = state.scores,
                  .c = state.sums,
                  .columns = state.columns,
                  .adds = true});
}

/// The queries [first, first + kTileColumns) of a block, as a block of their own.
QueryBlock group_of(const QueryBlock& block, std::int64_t first) {
  QueryBlock group = block;
  const std::int64_t rows = std::min(kTileColumns, block.queries.extent(0) - first);
  group.queries = block.queries.narrow(0, first, rows);
  group.out = block.out.narrow(0, first, rows);
  group.seen_first = block.seen_first + first * block.more_per_row;
  return group;
}

void Attend(const QueryBlock& block, float* scratch) {
  constexpr auto kGroupsMax = static_cast<std::size_t>(kBlockRows / kTileColumns);
  const std::int64_t rows = block.queries.extent(0);
  const std::int64_t head_dim = block.queries.extent(1);
  float* scores = scratch;
  float* key_copy = scores + kTileKeys * kTileColumns;
  float* value_copy = key_copy + kTileKeys * head_dim;
  float* own = value_copy + kTileKeys * head_dim;
  std::array<QueryBlock, kGroupsMax> groups;
  std::array<GroupState, kGroupsMax> states;
  const auto count = static_cast<std::size_t>((rows + kTileColumns - 1) / kTileColumns);
  for (std::size_t g = 0; g < count; ++g) {
    const auto index = static_cast<std::int64_t>(g);
    groups[g] = group_of(block, index * kTileColumns);
    states[g] = start_group(groups[g], own + index * group_floats(head_dim), scores);
  }
  const std::int64_t seen = block.seen(rows - 1);
  for (std::int64_t first_key = 0; first_key < seen; first_key += kTileKeys) {
    const std::int64_t keys = std::min(kTileKeys, seen - first_key);
    const TileRows k = tile_rows(block.keys, first_key, keys, key_copy);
    const TileRows v = tile_rows(block.values, first_key, keys, value_copy);
    for (std::size_t g = 0; g < count; ++g) {
      const std::int64_t last = groups[g].seen(groups[g].queries.extent(0) - 1);
      const std::int64_t visible = std::min(keys, last - first_key);
      if (visible > 0) attend_tile(groups[g], states[g], k, v, first_key, visible);
    }
  }
  for (std::size_t g = 0; g < count; ++g)
    finish_group(groups[g], states[g]);
}

float exp2_of(float x) {
  return hn::GetLane(exp2(hn::Set(Lanes(), x)));
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

const char* TargetName() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(Attend);
HWY_EXPORT(SoftmaxRow);
HWY_EXPORT(Exp2All);
HWY_EXPORT(TargetName);

std::string_view vector_target() {
  return HWY_DYNAMIC_DISPATCH(TargetName)();
}

std::int64_t attend_scratch_size(std::int64_t head_dim) {
  return kBlockRows * (kTileKeys + 2 * head_dim + 3) + 2 * kTileKeys * head_dim;
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
