// SPDX-License-Identifier: MIT
#include <algorithm>
#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/cpu/sdpa_vector.h"
#include "engine/tensor/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/sdpa_few.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

HWY_INLINE float number_of(float value) {
  return value;
}
HWY_INLINE float number_of(tensor::Half value) {
  return tensor::to_float(value);
}

/// scores[j] = scale * query . keys[j] for `count` keys, four at a time.
template <class Stored>
void score_few(const float* query, const Stored* keys, std::int64_t stride, std::int64_t head_dim,
               std::int64_t count, float scale, float* scores) {
  const Lanes f32;
  const std::int64_t whole = head_dim / lane_count() * lane_count();
  for (std::int64_t j = 0; j < count; j += 4) {
    const std::int64_t used = std::min<std::int64_t>(4, count - j);
    const Stored* row[4];
    for (std::int64_t i = 0; i < 4; ++i)
      row[i] = keys + (j + std::min(i, used - 1)) * stride;
    Vector sum0 = hn::Zero(f32), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (std::int64_t d = 0; d < whole; d += lane_count()) {
      const Vector q = hn::LoadU(f32, query + d);
      sum0 = hn::MulAdd(q, load_wide(row[0] + d), sum0);
      sum1 = hn::MulAdd(q, load_wide(row[1] + d), sum1);
      sum2 = hn::MulAdd(q, load_wide(row[2] + d), sum2);
      sum3 = hn::MulAdd(q, load_wide(row[3] + d), sum3);
    }
    float sums[4] = {hn::GetLane(hn::SumOfLanes(f32, sum0)), hn::GetLane(hn::SumOfLanes(f32, sum1)),
                     hn::GetLane(hn::SumOfLanes(f32, sum2)),
                     hn::GetLane(hn::SumOfLanes(f32, sum3))};
    for (std::int64_t i = 0; i < used; ++i) {
      for (std::int64_t d = whole; d < head_dim; ++d)
        sums[i] += query[d] * number_of(row[i][d]);
      scores[j + i] = sums[i] * scale;
    }
  }
}

/// out += weights[j] * values[j], a few vectors of out in registers at a time.
template <class Stored>
void add_few(const float* weights, const Stored* values, std::int64_t stride, std::int64_t head_dim,
             std::int64_t count, float* out) {
  const Lanes f32;
  constexpr std::int64_t kHeld = 4;
  const std::int64_t lanes = lane_count();
  std::int64_t d = 0;
  for (; d + kHeld * lanes <= head_dim; d += kHeld * lanes) {
    Vector sum0 = hn::LoadU(f32, out + d), sum1 = hn::LoadU(f32, out + d + lanes);
    Vector sum2 = hn::LoadU(f32, out + d + 2 * lanes), sum3 = hn::LoadU(f32, out + d + 3 * lanes);
    for (std::int64_t j = 0; j < count; ++j) {
      const Stored* row = values + j * stride + d;
      const Vector weight = constant(weights[j]);
      sum0 = hn::MulAdd(weight, load_wide(row), sum0);
      sum1 = hn::MulAdd(weight, load_wide(row + lanes), sum1);
      sum2 = hn::MulAdd(weight, load_wide(row + 2 * lanes), sum2);
      sum3 = hn::MulAdd(weight, load_wide(row + 3 * lanes), sum3);
    }
    hn::StoreU(sum0, f32, out + d);
    hn::StoreU(sum1, f32, out + d + lanes);
    hn::StoreU(sum2, f32, out + d + 2 * lanes);
    hn::StoreU(sum3, f32, out + d + 3 * lanes);
  }
  for (; d < head_dim; ++d) {
    for (std::int64_t j = 0; j < count; ++j)
      out[d] += weights[j] * number_of(values[j * stride + d]);
  }
}

/// Keys by parts of kTileKeys, so that further rows find them in a cache.
template <class Stored>
void attend_few_as(const QueryBlock& block, float* scratch) {
  const std::int64_t rows = block.queries.extent(0);
  const std::int64_t head_dim = block.queries.extent(1);
  const std::int64_t seen = std::max<std::int64_t>(block.seen(rows - 1), 0);
  const auto* keys = static_cast<const Stored*>(block.keys.data);
  const auto* values = static_cast<const Stored*>(block.values.data);
  const float scale = block.scale * 1.44269504F;  // softmax_row works with powers of 2.
  for (std::int64_t first = 0; first < seen; first += kTileKeys) {
    for (std::int64_t i = 0; i < rows; ++i) {
      const float* query = block.queries.data() + i * block.queries.stride(0);
      score_few(query, keys + first * block.keys.strides[0], block.keys.strides[0], head_dim,
                std::min(kTileKeys, seen - first), scale, scratch + i * seen + first);
    }
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    softmax_row({scratch + i * seen, static_cast<std::size_t>(seen)},
                std::clamp<std::int64_t>(block.seen(i), 0, seen));
    std::fill_n(block.out.data() + i * block.out.stride(0), head_dim, 0.0F);
  }
  for (std::int64_t first = 0; first < seen; first += kTileKeys) {
    for (std::int64_t i = 0; i < rows; ++i) {
      const std::int64_t count =
          std::clamp<std::int64_t>(block.seen(i) - first, 0, std::min(kTileKeys, seen - first));
      add_few(scratch + i * seen + first, values + first * block.values.strides[0],
              block.values.strides[0], head_dim, count, block.out.data() + i * block.out.stride(0));
    }
  }
}

void AttendFew(const QueryBlock& block, float* scratch) {
  if (block.keys.type.dtype == tensor::DType::kF16) {
    attend_few_as<tensor::Half>(block, scratch);
  } else {
    attend_few_as<float>(block, scratch);
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(AttendFew);

std::int64_t attend_few_scratch_size(std::int64_t keys) {
  return kFewRows * keys;
}

void attend_few(const QueryBlock& block, float* scratch) {
  const std::int64_t rows = block.queries.extent(0);
  ASSAY_CHECK(rows >= 1 && rows <= kFewRows, "few rows are at most kFewRows");
  ASSAY_CHECK(
      block.queries.extent(1) <= 1 || (block.queries.stride(1) == 1 && block.keys.strides[1] == 1 &&
                                       block.values.strides[1] == 1 && block.out.stride(1) == 1),
      "the elements of a head touch");
  HWY_DYNAMIC_DISPATCH(AttendFew)(block, scratch);
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
