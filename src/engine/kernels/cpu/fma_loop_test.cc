// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/fma_loop.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::kernels {
namespace {

/// Chain i is c <- 0.999 c + 0.001 from 0.01 i: after n rounds 1 - 0.999^n (1 - 0.01 i). The sum of
/// the twelve says whether the rounds were really run.
TEST(FmaLoop, RunsItsRounds) {
  for (const int rounds : {0, 1, 2, 1'000}) {
    double want = 0;
    for (int chain = 0; chain < 12; ++chain) {
      want += 1 - std::pow(0.999, rounds) * (1 - 0.01 * chain);
    }
    EXPECT_NEAR(fma_loop(rounds, 1), want, 1e-3) << rounds;
    EXPECT_NEAR(fma_loop(rounds, 2), 2 * want, 2e-3) << rounds;
  }
}

TEST(FmaLoop, CountsTwoFlopsPerLaneAndChain) {
  const double one = fma_loop_flops(1, 1);
  EXPECT_GE(one, 2 * 12 * 4);
  EXPECT_EQ(fma_loop_flops(10, 2), 20 * one);
}

}  // namespace
}  // namespace assay::kernels
