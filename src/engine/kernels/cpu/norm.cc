// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/norm.h"

#include <cmath>
#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/parallel.h"
#include "engine/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/norm.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

/// Sum of (x[i] - shift)^2, or of x[i] - shift.
template <bool kSquares>
HWY_INLINE float sum_of(const float* x, std::int64_t count, float shift) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  const Vector by = constant(shift);
  Vector even = hn::Zero(f32), odd = even;
  const auto add = [&](std::int64_t i, Vector sum) HWY_ATTR {
    const Vector value = hn::Sub(hn::LoadU(f32, x + i), by);
    return kSquares ? hn::MulAdd(value, value, sum) : hn::Add(value, sum);
  };
  std::int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    even = add(i, even);
    odd = add(i + lanes, odd);
  }
  for (; i + lanes <= count; i += lanes)
    even = add(i, even);
  float sum = hn::GetLane(hn::SumOfLanes(f32, hn::Add(even, odd)));
  for (; i < count; ++i)
    sum += kSquares ? (x[i] - shift) * (x[i] - shift) : x[i] - shift;
  return sum;
}

/// y = (x - shift) * scale * weight + bias.
HWY_INLINE void apply(const float* x, std::int64_t count, float shift, float scale,
                      const float* weight, const float* bias, float* y) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  const Vector by = constant(shift);
  const Vector times = constant(scale);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector value = hn::Mul(hn::Sub(hn::LoadU(f32, x + i), by), times);
    const Vector factor = weight != nullptr ? hn::LoadU(f32, weight + i) : hn::Set(f32, 1.0F);
    const Vector start = bias != nullptr ? hn::LoadU(f32, bias + i) : hn::Zero(f32);
    hn::StoreU(hn::MulAdd(value, factor, start), f32, y + i);
  }
  for (; i < count; ++i) {
    const float factor = weight != nullptr ? weight[i] : 1.0F;
    y[i] = (x[i] - shift) * scale * factor + (bias != nullptr ? bias[i] : 0.0F);
  }
}

void LayerNormRow(const float* x, std::int64_t count, const float* weight, const float* bias,
                  double epsilon, float* y) {
  const auto size = static_cast<float>(count);
  const float rough = sum_of<false>(x, count, 0) / size;
  // Twice: what the first sum lost to rounding is small beside the rest, not beside the mean.
  const float mean = rough + sum_of<false>(x, count, rough) / size;
  const auto variance = static_cast<double>(sum_of<true>(x, count, mean) / size);
  apply(x, count, mean, static_cast<float>(1 / std::sqrt(variance + epsilon)), weight, bias, y);
}

void RmsNormRow(const float* x, std::int64_t count, const float* weight, double epsilon, float* y) {
  const auto square = static_cast<double>(sum_of<true>(x, count, 0) / static_cast<float>(count));
  apply(x, count, 0, static_cast<float>(1 / std::sqrt(square + epsilon)), weight, nullptr, y);
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(LayerNormRow);
HWY_EXPORT(RmsNormRow);

namespace {

/// Calls work(x row, y row) for every row, in parts of at least 4096 elements a thread.
template <class Work>
void for_each_row(tensor::TensorView<const float> x, tensor::TensorView<float> y, int threads,
                  Work&& work) {
  ASSAY_CHECK(x.shape() == y.shape(), "a normalised tensor keeps its shape");
  if (x.empty()) return;
  const Rows<const float> from(x);
  const Rows<float> to(y);
  for_each_part(from.count(), 4096 / from.length() + 1, threads,
                [&](std::int64_t first, std::int64_t end) {
                  for (std::int64_t i = first; i < end; ++i)
                    work(from.at(i), to.at(i));
                });
}

}  // namespace

void layer_norm(tensor::TensorView<const float> x, const float* weight, const float* bias,
                double epsilon, tensor::TensorView<float> y, int threads) {
  const std::int64_t size = x.extent(x.rank() - 1);
  const auto row = HWY_DYNAMIC_DISPATCH(LayerNormRow);
  for_each_row(x, y, threads,
               [&](const float* from, float* to) { row(from, size, weight, bias, epsilon, to); });
}

void rms_norm(tensor::TensorView<const float> x, const float* weight, double epsilon,
              tensor::TensorView<float> y, int threads) {
  const std::int64_t size = x.extent(x.rank() - 1);
  const auto row = HWY_DYNAMIC_DISPATCH(RmsNormRow);
  for_each_row(x, y, threads,
               [&](const float* from, float* to) { row(from, size, weight, epsilon, to); });
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
