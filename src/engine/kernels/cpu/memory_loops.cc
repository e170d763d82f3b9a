// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/memory_loops.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "core/check.h"
#include "engine/kernels/cpu/linear_blocking.h"
#include "engine/kernels/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/cpu/memory_loops.cc"
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

/// Memory that a cache of the core holds: eight sums, kept over all passes, hide the latency of an
/// addition, and nothing is prefetched, which would take half of the loads that a core can do.
double ReadNear(const float* memory, std::int64_t count, std::int64_t passes) {
  const hn::ScalableTag<float> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f32));
  auto a = hn::Zero(f32), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  double rest = 0;
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    asm volatile("" : : : "memory");  // What was read may have changed.
    std::int64_t i = 0;
    for (; i + 8 * lanes <= count; i += 8 * lanes) {
      a = hn::Add(a, hn::LoadU(f32, memory + i));
      b = hn::Add(b, hn::LoadU(f32, memory + i + lanes));
      c = hn::Add(c, hn::LoadU(f32, memory + i + 2 * lanes));
      d = hn::Add(d, hn::LoadU(f32, memory + i + 3 * lanes));
      e = hn::Add(e, hn::LoadU(f32, memory + i + 4 * lanes));
      f = hn::Add(f, hn::LoadU(f32, memory + i + 5 * lanes));
      g = hn::Add(g, hn::LoadU(f32, memory + i + 6 * lanes));
      h = hn::Add(h, hn::LoadU(f32, memory + i + 7 * lanes));
    }
    for (; i < count; ++i) {
      rest += static_cast<double>(memory[i]);
    }
  }
  const auto sum = hn::SumOfLanes(
      f32, hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, d)), hn::Add(hn::Add(e, f), hn::Add(g, h))));
  return rest + static_cast<double>(hn::GetLane(sum));
}

void WritePart(float value, float* memory, std::int64_t count) {
  const hn::ScalableTag<float> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f32));
  const auto values = hn::Set(f32, value);
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    hn::StoreU(values, f32, memory + i);
    hn::StoreU(values, f32, memory + i + lanes);
    hn::StoreU(values, f32, memory + i + 2 * lanes);
    hn::StoreU(values, f32, memory + i + 3 * lanes);
  }
  std::fill(memory + i, memory + count, value);
}

void CopyPart(const float* from, float* to, std::int64_t count) {
  const hn::ScalableTag<float> f32;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(f32));
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    const auto a = hn::LoadU(f32, from + i);
    const auto b = hn::LoadU(f32, from + i + lanes);
    const auto c = hn::LoadU(f32, from + i + 2 * lanes);
    const auto d = hn::LoadU(f32, from + i + 3 * lanes);
    hn::StoreU(a, f32, to + i);
    hn::StoreU(b, f32, to + i + lanes);
    hn::StoreU(c, f32, to + i + 2 * lanes);
    hn::StoreU(d, f32, to + i + 3 * lanes);
  }
  std::copy(from + i, from + count, to + i);
}

}  // namespace assay::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay::kernels {

HWY_EXPORT(ReadPart);
HWY_EXPORT(ReadNear);
HWY_EXPORT(WritePart);
HWY_EXPORT(CopyPart);

namespace {

constexpr std::size_t kLine = 64;

/// Between two passes: what was written may be read, what is read may have changed.
void end_pass() {
  asm volatile("" : : : "memory");
}

}  // namespace

double read_loop(std::span<const float> memory, int threads, std::int64_t passes) {
  double sum = 0;
  for_each_part(std::ssize(memory), 1, threads, [&](std::int64_t first, std::int64_t end) {
    const bool is_near =
        (end - first) * static_cast<std::int64_t>(sizeof(float)) <= l2_cache_bytes();
    double part = 0;
    if (is_near) {
      part = HWY_DYNAMIC_DISPATCH(ReadNear)(memory.data() + first, end - first, passes);
    } else {
      for (std::int64_t pass = 0; pass < passes; ++pass) {
        part += HWY_DYNAMIC_DISPATCH(ReadPart)(memory.data() + first, end - first);
        end_pass();
      }
    }
#pragma omp atomic
    sum += part;
  });
  return sum;
}

void write_loop(std::span<float> memory, int threads, std::int64_t passes) {
  for_each_part(std::ssize(memory), 1, threads, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      HWY_DYNAMIC_DISPATCH(WritePart)
      (static_cast<float>(pass + 1), memory.data() + first, end - first);
      end_pass();
    }
  });
}

void copy_loop(std::span<const float> from, std::span<float> to, int threads, std::int64_t passes) {
  ASSAY_CHECK_EQ(from.size(), to.size(), "a copy is as long as what is copied");
  for_each_part(std::ssize(from), 1, threads, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      HWY_DYNAMIC_DISPATCH(CopyPart)(from.data() + first, to.data() + first, end - first);
      end_pass();
    }
  });
}

const void* link_lines(std::span<std::byte> memory, Random& random) {
  const std::size_t lines = memory.size() / kLine;
  ASSAY_CHECK_GE(lines, 1U, "a cycle has a line");
  std::vector<std::uint32_t> order(lines);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  for (std::size_t i = 0; i < lines; ++i) {
    const std::byte* next = memory.data() + kLine * order[(i + 1) % lines];
    std::memcpy(memory.data() + kLine * order[i], &next, sizeof next);
  }
  return memory.data();
}

const void* chase_loop(const void* start, std::int64_t steps) {
  const void* place = start;
  for (std::int64_t step = 0; step < steps; ++step) {
    std::memcpy(&place, place, sizeof place);
  }
  return place;
}

}  // namespace assay::kernels
#endif  // HWY_ONCE
