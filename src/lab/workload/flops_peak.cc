// SPDX-License-Identifier: MIT
#include "lab/workload/flops_peak.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/clock.h"
#include "engine/kernels/cpu/fma_loop.h"

namespace assay::workload {

double flops_peak(int threads) {
  // 6 cycles a round at two multiply-adds a cycle: about 0.1 ms, long for a clock and short enough
  // to fit between two interruptions.
  constexpr std::int64_t kRounds = 50'000;
  constexpr int kRepetitions = 8;
  double best = 0;
  double sum = kernels::fma_loop(kRounds, threads);  // Wakes the threads and the vector units.
  for (int i = 0; i < kRepetitions; ++i) {
    const Nanoseconds start = SteadyClock::read();
    sum += kernels::fma_loop(kRounds, threads);
    const Seconds took = SteadyClock::read() - start;
    best = std::max(best, kernels::fma_loop_flops(kRounds, threads) / took.count());
  }
  ASSAY_CHECK(std::isfinite(sum), "the sum depends on every loop, so that none was left out");
  return best;
}

}  // namespace assay::workload
