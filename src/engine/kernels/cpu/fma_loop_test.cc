// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/fma_loop.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

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

/// Every instruction set and type gives the same sum, and counts its own lanes.
TEST(FmaLoop, EveryVariantDoesTheSameWork) {
  const std::vector<FmaLoop> loops = fma_loops();
#if defined(__x86_64__)
  ASSERT_GE(loops.size(), 2U);
  EXPECT_EQ(loops[0].isa, "sse");
  EXPECT_EQ(loops[0].flops_per_round, 2 * 12 * 4);
#endif
  for (const FmaLoop& loop : loops) {
    EXPECT_NEAR(fma_loop(loop, 1'000, 2), 2 * fma_loop(1'000, 1), 2e-3) << loop.isa;
    const bool is_double = loop.dtype == tensor::DType::kF64;
    EXPECT_TRUE(is_double || loop.dtype == tensor::DType::kF32);
    const double want = loops[0].flops_per_round / (is_double ? 2 : 1);
    EXPECT_GE(loop.flops_per_round, want) << loop.isa;
  }
}

}  // namespace
}  // namespace assay::kernels
