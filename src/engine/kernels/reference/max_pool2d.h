// SPDX-License-Identifier: MIT
// The reference pool: the largest element of each window.
#pragma once

#include <array>

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// Vertical, horizontal. Less padding than window, so that every window holds an element.
struct PoolOptions {
  std::array<std::int64_t, 2> window{1, 1};
  std::array<std::int64_t, 2> stride{1, 1};
  std::array<std::int64_t, 2> padding{0, 0};
};

/// x is [B, C, H, W]; padding is never the largest.
void max_pool2d_reference(const ConstAnyView& x, const PoolOptions& options, const AnyView& y);

}  // namespace assay::kernels
