// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/activation.h"

#include <algorithm>
#include <type_traits>

#include "engine/kernels/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/activation.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

#include "engine/kernels/cpu/vector_math.inc"

void ActivateSpan(Activation activation, const float* x, const float* residual, float* y,
                  std::int64_t count) {
  with_activation(activation,
                  [=](auto kind) { activate_all<decltype(kind)::value>(x, residual, y, count); });
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(ActivateSpan);

void activate_row(Activation activation, std::span<float> row) {
  if (activation == Activation::kNone) return;
  HWY_DYNAMIC_DISPATCH(ActivateSpan)
  (activation, row.data(), nullptr, row.data(), std::ssize(row));
}

void activate_and_add_row(Activation activation, std::span<float> row, const float* residual) {
  HWY_DYNAMIC_DISPATCH(ActivateSpan)
  (activation, row.data(), residual, row.data(), std::ssize(row));
}

void activate(Activation activation, std::span<const float> x, std::span<float> y, int threads) {
  ASSAY_CHECK_EQ(x.size(), y.size(), "an activation keeps the size");
  constexpr std::int64_t kChunk = 4096;  // 16 KiB: both sides fit an L1 cache.
  const std::int64_t count = std::ssize(x);
  const std::int64_t chunks = (count + kChunk - 1) / kChunk;
  for_each_task(chunks, threads, [&](std::int64_t chunk, int) {
    const std::int64_t first = chunk * kChunk;
    HWY_DYNAMIC_DISPATCH(ActivateSpan)
    (activation, x.data() + first, nullptr, y.data() + first, std::min(kChunk, count - first));
  });
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
