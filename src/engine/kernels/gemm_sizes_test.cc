// SPDX-License-Identifier: MIT
#include "engine/kernels/gemm_sizes.h"

#include <gmock/gmock.h>

namespace assay::kernels {
namespace {

TEST(GemmSizes, ReadsThroughTransposes) {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      const tensor::Dims a = ta ? tensor::Dims{5, 3} : tensor::Dims{3, 5};
      const tensor::Dims b = tb ? tensor::Dims{7, 5} : tensor::Dims{5, 7};
      const GemmSizes sizes = gemm_sizes(a, b, {ta, tb}, {3, 7});
      EXPECT_EQ(sizes.m, 3);
      EXPECT_EQ(sizes.n, 7);
      EXPECT_EQ(sizes.k, 5);
    }
  }
}

TEST(GemmSizesDeathTest, RefusesOperandsThatDoNotFit) {
  EXPECT_DEATH(gemm_sizes({3, 5}, {6, 7}, {}, {3, 7}), "inner dimensions must agree");
  EXPECT_DEATH(gemm_sizes({3, 5}, {5, 7}, {}, {7, 3}), "rows of op");
  EXPECT_DEATH(gemm_sizes({3, 5, 1}, {5, 7}, {}, {7, 3}), "multiplies matrices");
}

}  // namespace
}  // namespace assay::kernels
