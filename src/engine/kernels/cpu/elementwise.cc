// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/elementwise.h"

#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/loop_nest.h"
#include "engine/kernels/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/elementwise.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

/// Strides are 0 or 1: a repeated operand is one vector for the whole loop.
template <Combination kCombination>
HWY_NOINLINE void combine_vectors(const float* a, std::int64_t a_stride, const float* b,
                                  std::int64_t b_stride, float* y, std::int64_t count) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  const Vector a_all = constant(*a);
  const Vector b_all = constant(*b);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector left = a_stride == 0 ? a_all : hn::LoadU(f32, a + i);
    const Vector right = b_stride == 0 ? b_all : hn::LoadU(f32, b + i);
    const bool adds = kCombination == Combination::kAdd;
    hn::StoreU(adds ? hn::Add(left, right) : hn::Mul(left, right), f32, y + i);
  }
  const float a_one = hn::GetLane(a_all);  // y may be an operand that repeats.
  const float b_one = hn::GetLane(b_all);
  for (; i < count; ++i) {
    const float left = a_stride == 0 ? a_one : a[i];
    const float right = b_stride == 0 ? b_one : b[i];
    y[i] = kCombination == Combination::kAdd ? left + right : left * right;
  }
}

void CombineVectors(Combination combination, const float* a, std::int64_t a_stride, const float* b,
                    std::int64_t b_stride, float* y, std::int64_t count) {
  if (combination == Combination::kAdd) {
    combine_vectors<Combination::kAdd>(a, a_stride, b, b_stride, y, count);
  } else {
    combine_vectors<Combination::kMultiply>(a, a_stride, b, b_stride, y, count);
  }
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(CombineVectors);

namespace {

using tensor::TensorView;

/// The innermost loop of any strides; vectors where they are 0 or 1 and those of y 1.
void combine_run(Combination combination, const float* a, const float* b, float* y,
                 const std::array<std::int64_t, 3>& strides, std::int64_t count) {
  const bool is_unit =
      strides[2] == 1 && strides[0] <= 1 && strides[1] <= 1 && strides[0] >= 0 && strides[1] >= 0;
  if (is_unit) {
    HWY_DYNAMIC_DISPATCH(CombineVectors)
    (combination, a, strides[0], b, strides[1], y, count);
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const float left = a[i * strides[0]];
    const float right = b[i * strides[1]];
    y[i * strides[2]] = combination == Combination::kAdd ? left + right : left * right;
  }
}

}  // namespace

void combine(Combination combination, TensorView<const float> a, TensorView<const float> b,
             TensorView<float> y, int threads) {
  ASSAY_CHECK(a.shape() == y.shape() && b.shape() == y.shape(), "operands are broadcast already");
  if (y.empty()) return;
  const LoopNest<3> nest(y.shape(), {a.strides(), b.strides(), y.strides()});
  const std::int64_t length = nest.inner_count();
  constexpr std::int64_t kPiece = 16384;  // A long run is cut, so that threads share it.
  const std::int64_t pieces = (length + kPiece - 1) / kPiece;
  const auto& steps = nest.inner_strides();
  for_each_part(nest.outer_count() * pieces, kPiece / (2 * std::min(length, kPiece)) + 1, threads,
                [&](std::int64_t first, std::int64_t end) {
                  for (std::int64_t i = first; i < end; ++i) {
                    const auto at = nest.offsets(i / pieces);
                    const std::int64_t start = i % pieces * kPiece;
                    combine_run(combination, a.data() + at[0] + start * steps[0],
                                b.data() + at[1] + start * steps[1],
                                y.data() + at[2] + start * steps[2], steps,
                                std::min(kPiece, length - start));
                  }
                });
}

void scale(TensorView<const float> x, float factor, TensorView<float> y, int threads) {
  const TensorView<const float> one(&factor, {});
  combine(Combination::kMultiply, x, broadcast_to(one, x.shape()), y, threads);
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
