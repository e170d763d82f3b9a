// SPDX-License-Identifier: MIT
#include "engine/plan/arena.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "engine/tensor/shape.h"

namespace assay::plan {
namespace {

std::int64_t rounded(Bytes size) {
  return tensor::round_up(size.count(), kArenaAlignment);
}

bool live_together(const Lifetime& a, const Lifetime& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

Bytes bound_of(std::span<const Lifetime> buffers) {
  int last = -1;
  for (const Lifetime& buffer : buffers) {
    last = std::max(last, buffer.last_step);
  }
  std::vector<std::int64_t> change(static_cast<std::size_t>(last + 2));
  for (const Lifetime& buffer : buffers) {
    change[static_cast<std::size_t>(buffer.first_step)] += rounded(buffer.size);
    change[static_cast<std::size_t>(buffer.last_step) + 1] -= rounded(buffer.size);
  }
  std::int64_t alive = 0;
  std::int64_t most = 0;
  for (const std::int64_t step : change) {
    alive += step;
    most = std::max(most, alive);
  }
  return Bytes(most);
}

}  // namespace

Arena lay_out(std::span<const Lifetime> buffers) {
  Arena arena;
  arena.offsets.resize(buffers.size());
  std::vector<std::size_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), 0U);
  std::ranges::stable_sort(by_size, std::greater{},
                           [&](std::size_t i) { return rounded(buffers[i].size); });
  std::vector<std::size_t> placed;  // In the order of their offsets.
  for (const std::size_t index : by_size) {
    const Lifetime& buffer = buffers[index];
    ASSAY_CHECK_LE(buffer.first_step, buffer.last_step, "a buffer is written before it is read");
    std::int64_t offset = 0;
    for (const std::size_t other : placed) {
      if (!live_together(buffer, buffers[other])) continue;
      if (arena.offsets[other] >= offset + rounded(buffer.size)) break;
      offset = std::max(offset, arena.offsets[other] + rounded(buffers[other].size));
    }
    arena.offsets[index] = offset;
    arena.size = Bytes(std::max(arena.size.count(), offset + rounded(buffer.size)));
    placed.insert(std::ranges::upper_bound(placed, offset, {},
                                           [&](std::size_t i) { return arena.offsets[i]; }),
                  index);
  }
  arena.liveness_bound = bound_of(buffers);
  return arena;
}

}  // namespace assay::plan
