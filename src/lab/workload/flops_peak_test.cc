// SPDX-License-Identifier: MIT
#include "lab/workload/flops_peak.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace assay::workload {
namespace {

double best_of(int count, int threads) {
  double best = 0;
  for (int i = 0; i < count; ++i)
    best = std::max(best, flops_peak(threads));
  return best;
}

TEST(FlopsPeak, IsOfAMachineThatExists) {
  const double peak = best_of(5, 1);
  EXPECT_GT(peak, 1e8) << "even a sanitizer build adds and multiplies";
  EXPECT_LT(peak, 1e12) << "no core does a thousand multiply-adds a nanosecond";
}

TEST(FlopsPeak, RepeatsItself) {
  // The best of many: neighbours can slow a reading, nothing can speed it up.
  const double first = best_of(40, 1);
  const double second = best_of(40, 1);
  EXPECT_LT(std::max(first, second) / std::min(first, second), 1.5);
}

}  // namespace
}  // namespace assay::workload
