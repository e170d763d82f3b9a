// SPDX-License-Identifier: MIT
// Where the results between live: buffers with a life of steps get offsets in one arena, so that
// two that are alive together never overlap. Greedy by size, the largest first, at the lowest
// offset that is free during the buffer's whole life.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/units.h"

namespace assay::plan {

struct Lifetime {
  Bytes size;
  int first_step = 0;  ///< That writes it.
  int last_step = 0;   ///< That reads it last; inclusive.
};

struct Arena {
  std::vector<std::int64_t> offsets;  ///< One a buffer, multiples of kArenaAlignment.
  Bytes size;
  Bytes liveness_bound;  ///< The largest sum of sizes (rounded up) alive at one step.
};

inline constexpr std::int64_t kArenaAlignment = 64;  ///< A cache line and the widest vector.

Arena lay_out(std::span<const Lifetime> buffers);

}  // namespace assay::plan
