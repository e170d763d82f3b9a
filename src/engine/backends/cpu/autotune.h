// SPDX-License-Identifier: MIT
// The blocking that calculates a product the fastest on this machine: timed once for its sizes,
// remembered after that.
#pragma once

#include "engine/backend/kernel.h"
#include "engine/backend/winners.h"
#include "engine/kernels/cpu/packed_linear.h"

namespace assay::cpu {

/// Where a run of the model finds a product's weight.
enum class WeightIn : std::uint8_t {
  kCache,   ///< All weights together fit the L2 caches: where the last run has left it.
  kMemory,  ///< The other weights have been read since.
};
WeightIn weight_in(Bytes all_weights, int threads);

struct TunedBlocking {
  kernels::LinearBlocking blocking;
  backend::Choice choice = backend::Choice::kTimed;
};

/// One product as it is timed.
struct TunedProduct {
  const kernels::PackedWeight& weight;
  std::int64_t m;  ///< Above 0.
  int threads;
  WeightIn place;
};

/// A remembered winner that is no candidate is timed anew.
Result<TunedBlocking> tuned_blocking(const TunedProduct& product, backend::Winners& winners);

/// What winners of the product are kept under: op, sizes, dtype, threads, place, instruction set
/// and libraries. CPU and program are for whoever keeps winners beyond a process.
std::string to_text(const TunedProduct& product);

}  // namespace assay::cpu
