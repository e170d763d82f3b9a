// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/softmax.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "engine/kernels/activation.h"
#include "engine/kernels/parallel.h"
#include "engine/kernels/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/softmax.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

/// Whole vectors first; what is left goes through one filled up with `filler`.
template <class Take>
HWY_INLINE void for_each_vector(const float* x, std::int64_t count, float filler, Take&& take) {
  const Lanes f32;
  const std::int64_t lanes = lane_count();
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    take(i, lanes, hn::LoadU(f32, x + i));
  if (i == count) return;
  HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)];
  std::fill_n(rest, lanes, filler);
  std::copy(x + i, x + count, rest);
  take(i, count - i, hn::Load(f32, rest));
}

void SoftmaxOfRow(const float* x, float* y, std::int64_t count) {
  const Lanes f32;
  Vector peaks = constant(*x);
  for_each_vector(x, count, *x, [&](std::int64_t, std::int64_t, Vector value) HWY_ATTR {
    peaks = hn::Max(peaks, value);
  });
  const Vector peak = hn::MaxOfLanes(f32, peaks);
  Vector totals = hn::Zero(f32);
  // What fills the last vector lies so far below the peak that its weight, 1e-38, adds nothing.
  for_each_vector(x, count, -HUGE_VALF,
                  [&](std::int64_t i, std::int64_t used, Vector value) HWY_ATTR {
                    const Vector weight = exp(hn::Sub(value, peak));
                    totals = hn::Add(totals, weight);
                    if (used == lane_count()) {
                      hn::StoreU(weight, f32, y + i);
                    } else {
                      HWY_ALIGN float rest[HWY_MAX_BYTES / sizeof(float)];
                      hn::Store(weight, f32, rest);
                      std::copy_n(rest, used, y + i);
                    }
                  });
  const Vector share = hn::Div(constant(1.0F), hn::SumOfLanes(f32, totals));
  const std::int64_t whole = count / lane_count() * lane_count();
  for (std::int64_t i = 0; i < whole; i += lane_count())
    hn::StoreU(hn::Mul(hn::LoadU(f32, y + i), share), f32, y + i);
  for (std::int64_t i = whole; i < count; ++i)
    y[i] *= hn::GetLane(share);
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(SoftmaxOfRow);

void softmax(tensor::TensorView<const float> x, tensor::TensorView<float> y, int threads) {
  ASSAY_CHECK(x.shape() == y.shape(), "a softmax keeps the shape");
  if (x.empty()) return;
  const Rows<const float> from(x);
  const Rows<float> to(y);
  for_each_part(from.count(), 4096 / from.length() + 1, threads,
                [&](std::int64_t first, std::int64_t end) {
                  for (std::int64_t i = first; i < end; ++i)
                    HWY_DYNAMIC_DISPATCH(SoftmaxOfRow)(from.at(i), to.at(i), from.length());
                });
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
