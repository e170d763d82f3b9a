// SPDX-License-Identifier: MIT
// The blocking that calculates a product the fastest on this machine: timed once for its sizes,
// remembered after that.
#pragma once

#include "engine/backend/kernel.h"
#include "engine/backend/winners.h"
#include "engine/kernels/cpu/packed_linear.h"

namespace assay::cpu {

struct TunedBlocking {
  kernels::LinearBlocking blocking;
  backend::Choice choice = backend::Choice::kTimed;
};

/// m > 0. A remembered winner that is no candidate is timed anew.
Result<TunedBlocking> tuned_blocking(const kernels::PackedWeight& weight, std::int64_t m,
                                     int threads, backend::Winners& winners);

/// What winners of this product are kept under: op, sizes, dtype, threads, instruction set and
/// libraries. CPU and program are for whoever keeps winners beyond a process.
std::string tuned_product(const kernels::PackedWeight& weight, std::int64_t m, int threads);

}  // namespace assay::cpu
