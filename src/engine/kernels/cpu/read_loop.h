// SPDX-License-Identifier: MIT
// The limit that a product with one row is measured against: how fast memory can be read. Each
// thread reads a contiguous part once, whole vectors at a time.
#pragma once

#include <span>

namespace assay::kernels {

/// Reads all of `memory` with `threads` threads; returns a sum, so that no compiler can drop a
/// load.
double read_loop(std::span<const float> memory, int threads);

}  // namespace assay::kernels
