// SPDX-License-Identifier: MIT
#include "engine/graph/ops/resize.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ResizeOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"u8 8x480x640x3", {{"height", 224}, {"width", 224}}, "f32 8x224x224x3"},
      {"f32 8x1x1x3", {{"height", 2}, {"width", 3}, {"antialias", 0}}, "f32 8x2x3x3"},
      {"i32 8x1x1x3", {{"height", 2}, {"width", 3}}, "x is i32 8x1x1x3; expected u8 or f32"},
      {"u8 8x0x1x3",
       {{"height", 2}, {"width", 3}},
       "x is u8 8x0x1x3; expected pictures of 1 to 16777216 pixels a side"},
      {"u8 8x1x1x3", {{"height", 0}, {"width", 3}}, "height is 0; expected 1 to 16777216"},
      {"u8 8x1x1x3",
       {{"height", 2}, {"width", 3}, {"antialias", 2}},
       "antialias is 2; expected 0 to 1"},
      {"u8 1x1x3", {{"height", 2}, {"width", 3}}, "x is u8 1x1x3; expected [B, H, W, C]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("resize", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
