// SPDX-License-Identifier: MIT
#include "lab/workload/padding_steps.h"

#include <gmock/gmock.h>

#include "engine/kernels/threads.h"

namespace assay::workload {
namespace {

/// Each step does its own part and no other: an answer that was not sliced is not in the compact
/// output, and one that was not padded is not right.
TEST(PaddedComputation, StepsAreSeparate) {
  SharedBuffers buffers(3);
  Bench bench{buffers, 5, 1, measure::CacheState::kHot};
  kernels::set_threads(1);
  PaddingRequest request{.operation = "",
                         .pad = "inside",
                         .logical = 13,
                         .physical = 16,
                         .batch = 1,
                         .heads = 2,
                         .seq = 9,
                         .m = 11,
                         .width = 7,
                         .dtype = "f32",
                         .library = "openblas",
                         .implementation = "flash"};
  for (const std::string operation : {"sdpa", "gemm_projection"}) {
    request.operation = operation;
    Result<PaddedPreparation> made =
        operation == "sdpa" ? make_padded_sdpa(request, bench) : make_padded_gemm(request, bench);
    ASSERT_TRUE(made.has_value()) << operation;
    PaddedComputation& steps = *std::get<std::unique_ptr<PaddedComputation>>(*made);
    steps.spoil();
    ASSERT_TRUE(steps.calculate().has_value());
    EXPECT_FALSE(steps.check(false)->correct) << operation << ": nothing was padded yet";
    steps.pad();
    ASSERT_TRUE(steps.calculate().has_value());
    EXPECT_TRUE(steps.check(false)->correct) << operation;
    EXPECT_FALSE(steps.check(true)->correct) << operation << ": nothing was sliced yet";
    steps.slice();
    EXPECT_TRUE(steps.check(true)->correct) << operation;
    EXPECT_EQ(steps.sizes().logical, 13);
    EXPECT_EQ(steps.sizes().physical, 16);
  }
}

}  // namespace
}  // namespace assay::workload
