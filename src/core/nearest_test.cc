// SPDX-License-Identifier: MIT
#include "core/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

const std::vector<std::string> kKnown{"gemm", "hetero_gemm", "padding", "sdpa"};

TEST(NearestName, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_name("gem", kKnown), "gemm");
  EXPECT_EQ(nearest_name("spda", kKnown), "sdpa");  // Two swapped letters are one slip.
  EXPECT_EQ(nearest_name("pading", kKnown), "padding");
}

TEST(NearestName, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("convolution", kKnown), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(UnknownName, ListsWhatExists) {
  EXPECT_EQ(unknown_name("workload", "gem", kKnown),
            "unknown workload: gem; did you mean gemm? known: gemm, hetero_gemm, padding, sdpa");
  EXPECT_EQ(unknown_name("figure", "pie", {}), "unknown figure: pie; known: none");
}

}  // namespace
}  // namespace assay
