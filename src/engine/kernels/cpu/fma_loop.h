// SPDX-License-Identifier: MIT
// Multiply-adds in registers and nothing else: what the machine's arithmetic can do at most. Timed
// in the same run as a kernel, it turns GFLOP/s into a share of the peak that was there just then.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/tensor/dtype.h"

namespace assay::kernels {

/// Runs `rounds` rounds of independent vector multiply-adds on every one of `threads` threads.
/// Returns a number that depends on all of them, so that none can be left out.
double fma_loop(std::int64_t rounds, int threads);
/// Floating-point operations of that call.
double fma_loop_flops(std::int64_t rounds, int threads);

/// The loop in one instruction set and one type.
struct FmaLoop {
  std::string_view isa;  ///< "sse" (multiplies, then adds), "avx2", "avx512"
  tensor::DType dtype = tensor::DType::kF32;
  double (*run)(std::int64_t rounds) = nullptr;  ///< On the calling thread.
  double flops_per_round = 0;
};
/// Those that this CPU can run, the narrowest first.
std::vector<FmaLoop> fma_loops();
double fma_loop(const FmaLoop& loop, std::int64_t rounds, int threads);

}  // namespace assay::kernels
