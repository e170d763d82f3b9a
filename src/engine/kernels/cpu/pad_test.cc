// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/pad.h"

#include <gmock/gmock.h>

#include <vector>

namespace assay::kernels {
namespace {

using tensor::TensorView;
using ::testing::ElementsAre;

TEST(Pad, FillsTheRestWithZerosAndNothingElse) {
  const std::vector<float> from{1, 2, 9, 3, 4, 9};
  for (const int threads : {1, 2}) {
    std::vector<float> to(13, 7);
    pad({from.data(), {2, 2}, {3, 1}}, {to.data(), {3, 3}, {4, 1}}, threads);
    EXPECT_THAT(to, ElementsAre(1, 2, 0, 7, 3, 4, 0, 7, 0, 0, 0, 7, 7));
  }
}

TEST(Pad, OfTheSameSizeIsACopyAndOfNothingIsZero) {
  const std::vector<float> from{1, 2, 3, 4};
  std::vector<float> to(4, 7);
  pad({from.data(), {2, 2}}, {to.data(), {2, 2}}, 2);
  EXPECT_EQ(to, from);
  pad({nullptr, {0, 2}}, {to.data(), {2, 2}}, 2);
  EXPECT_THAT(to, ElementsAre(0, 0, 0, 0));
}

TEST(PadDeathTest, NeverShrinks) {
  std::vector<float> memory(9);
  EXPECT_DEATH(pad({memory.data(), {2, 3}}, {memory.data(), {2, 2}}, 1), "never shrinks");
}

}  // namespace
}  // namespace assay::kernels
