// SPDX-License-Identifier: MIT
// A fixed, tiny set of kernels timed before and after a block of trials: if they have changed, the
// machine has, and what was measured in between is in doubt. Core clock, floating-point units and
// memory are asked apart. A reading takes a few milliseconds.
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"

namespace assay::measure {

/// Medians of a few repetitions; 0: cannot be read on this machine.
struct SentinelReading {
  Nanoseconds spin{0};   ///< Dependent integer operations: the core clock.
  Nanoseconds fma{0};    ///< Multiply-add, 4 KiB from L1 into registers: the floating-point units.
  Nanoseconds triad{0};  ///< a = b + s * c over lines put out of the caches: memory.
};

SentinelReading read_sentinels(const Clock& clock);

/// Time after / time before; 1 where one of them was not read.
struct SentinelRatio {
  double spin = 1;
  double fma = 1;
  double triad = 1;
};
SentinelRatio compare(const SentinelReading& before, const SentinelReading& after);

/// A sentence naming what moved by more than `tolerance` (0.05: five per cent), if anything did.
std::optional<std::string> sentinel_doubt(const SentinelReading& before,
                                          const SentinelReading& after, double tolerance);

}  // namespace assay::measure
