// SPDX-License-Identifier: MIT
#include "engine/graph/ops/conv2d.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(Conv2dOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x3x224x224, f32 64x3x7x7",
       {{"stride", Integers{2, 2}}, {"padding", Integers{3, 3}}},
       "f32 8x64x112x112"},
      {"f32 8x3x224x224, f32 768x3x16x16, f32 768",
       {{"stride", Integers{16, 16}}},
       "f32 8x768x14x14"},
      {"f32 1x4x9x9, f32 6x2x3x3", {{"groups", 2}, {"dilation", Integers{2, 1}}}, "f32 1x6x5x7"},
      {"f32 1x2x3x3, f32 4x2x3x3, -, f32 1x4x1x1", {{"activation", "relu"}}, "f32 1x4x1x1"},
      {"f32 0x3x8x8, f32 4x3x3x3", {}, "f32 0x4x6x6"},
      {"f32 1x3x8x8, f32 4x2x3x3",
       {},
       "weight is f32 4x2x3x3; expected [O, 3, kh, kw], as x is f32 1x3x8x8 in 1 groups"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"groups", 2}},
       "groups is 2; expected a divisor of the channels, as x is f32 1x3x8x8 and weight is f32 "
       "4x3x3x3"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"groups", 0}},
       "groups is 0; expected a divisor of the channels, as x is f32 1x3x8x8 and weight is f32 "
       "4x3x3x3"},
      {"f32 1x3x8x8, f32 4x3x9x3",
       {},
       "a window of 9 (dilation 1) does not fit into a height of 8 with 0 of padding at both ends"},
      {"f32 1x3x8x8, f32 4x3x3x0", {}, "the width of the window is 0; expected 1 or more"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"stride", Integers{1}}},
       "stride is [1]; expected 2 integers, each 1 to 2147483647"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"stride", Integers{1, 0}}},
       "stride is [1, 0]; expected 2 integers, each 1 to 2147483647"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"padding", Integers{9223372036854775807, 0}}},
       "padding is [9223372036854775807, 0]; expected 2 integers, each 0 to 2147483647"},
      {"f32 1x3x8x8, f32 4x3x3x3",
       {{"activation", "mish"}},
       "unknown activation: mish; known: none, relu, gelu, gelu_tanh, silu, tanh, sigmoid"},
      {"f32 1x3x8x8, f32 4x3x3x3, f32 3",
       {},
       "bias is f32 3; expected f32 4, as weight is f32 4x3x3x3"},
      {"f32 1x3x8x8, f32 4x3x3x3, -, f32 1x4x8x8",
       {},
       "residual is f32 1x4x8x8; expected f32 1x4x6x6, the type of the result"},
      {"f32 1x1x1x8, f32 1x1x1152921504606846976x1",
       {{"dilation", Integers{2147483647, 1}}},
       "a window of 1152921504606846976 (dilation 2147483647) does not fit into a height of 1 with "
       "0 of padding at both ends"},
      {"f32 3x8x8, f32 4x3x3x3", {}, "x is f32 3x8x8; expected [B, C, H, W]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("conv2d", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
