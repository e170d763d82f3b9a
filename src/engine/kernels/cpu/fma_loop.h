// SPDX-License-Identifier: MIT
// Multiply-adds in registers and nothing else: what the machine's arithmetic can do at most. Timed
// in the same run as a kernel, it turns GFLOP/s into a share of the peak that was there just then.
#pragma once

#include <cstdint>

namespace assay::kernels {

/// Runs `rounds` rounds of independent vector multiply-adds on every one of `threads` threads.
/// Returns a number that depends on all of them, so that none can be left out.
double fma_loop(std::int64_t rounds, int threads);
/// Floating-point operations of that call.
double fma_loop_flops(std::int64_t rounds, int threads);

}  // namespace assay::kernels
