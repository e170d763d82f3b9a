// SPDX-License-Identifier: MIT
#include "engine/graph/ops/max_pool2d.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(MaxPool2dOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x64x112x112",
       {{"window", Integers{3, 3}}, {"stride", Integers{2, 2}}, {"padding", Integers{1, 1}}},
       "f32 8x64x56x56"},
      {"f32 8x64x5x7", {{"window", Integers{2, 3}}, {"stride", Integers{2, 1}}}, "f32 8x64x2x5"},
      {"f32 8x64x5x7",
       {{"window", Integers{6, 3}}, {"stride", Integers{2, 1}}},
       "a window of 6 (dilation 1) does not fit into a height of 5 with 0 of padding at both ends"},
      {"f32 8x64x5x7",
       {{"window", Integers{2, 2}}, {"stride", Integers{2, 2}}, {"padding", Integers{1, 2}}},
       "padding is [1, 2]; expected less than window, which is [2, 2]"},
      {"f32 8x64x0x7",
       {{"window", Integers{2, 2}}, {"stride", Integers{2, 2}}, {"padding", Integers{1, 1}}},
       "x is f32 8x64x0x7; expected pictures of at least one pixel"},
      {"f32 8x64x5x7",
       {{"window", Integers{0, 2}}, {"stride", Integers{2, 2}}},
       "window is [0, 2]; expected 2 integers, each 1 to 2147483647"},
      {"f32 8x64x5",
       {{"window", Integers{2, 2}}, {"stride", Integers{2, 2}}},
       "x is f32 8x64x5; expected [B, C, H, W]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("max_pool2d", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
