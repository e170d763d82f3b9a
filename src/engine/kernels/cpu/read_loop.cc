// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/read_loop.h"

#include <numeric>

#include "engine/kernels/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/read_loop.cc"
#include <hwy/foreach_target.h>  // Compiles this file once per instruction set.
// foreach_target comes first.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Four places at once: one stream alone does not keep a core's line buffers full at the borders of
/// pages (5.3 against 8 GB/s on a busy Sapphire Rapids).
double ReadPart(const float* memory, std::int64_t count) {
  const hn::ScalableTag<float> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f32));
  constexpr std::int64_t kAhead = 512;  // Floats: 2 KiB, as stream_panels does.
  const std::int64_t part = count / 4 / 16 * 16;
  auto a = hn::Zero(f32), b = a, c = a, d = a;
  for (std::int64_t line = 0; line < part; line += 16) {
    for (std::int64_t stream = 0; stream < 4; ++stream)
      hwy::Prefetch(memory + stream * part + line + kAhead);
    for (std::int64_t i = line; i < line + 16; i += lanes) {
      a = hn::Add(a, hn::LoadU(f32, memory + i));
      b = hn::Add(b, hn::LoadU(f32, memory + part + i));
      c = hn::Add(c, hn::LoadU(f32, memory + 2 * part + i));
      d = hn::Add(d, hn::LoadU(f32, memory + 3 * part + i));
    }
  }
  const auto sum = hn::SumOfLanes(f32, hn::Add(hn::Add(a, b), hn::Add(c, d)));
  return std::accumulate(memory + 4 * part, memory + count, static_cast<double>(hn::GetLane(sum)));
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(ReadPart);

double read_loop(std::span<const float> memory, int threads) {
  double sum = 0;
  for_each_part(std::ssize(memory), 1, threads, [&](std::int64_t first, std::int64_t end) {
    const double part = HWY_DYNAMIC_DISPATCH(ReadPart)(memory.data() + first, end - first);
#pragma omp atomic
    sum += part;
  });
  return sum;
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
