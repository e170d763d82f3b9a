// SPDX-License-Identifier: MIT
#include "engine/graph/ops/attention.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(AttentionOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x197x12x64, f32 8x197x12x64, f32 8x197x12x64", {{"scale", 0.125}}, "f32 8x197x12x64"},
      {"f32 8x5x12x64, f32 8x9x4x64, f32 8x9x4x64, i32 8",
       {{"scale", 0.125}, {"causal", 1}},
       "f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x0x4x64, f32 8x0x4x64", {{"scale", 0.125}}, "f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x9x5x64, f32 8x9x5x64",
       {{"scale", 0.125}},
       "k is f32 8x9x5x64; expected a number of heads (axis 2) that divides 12, as q is f32 "
       "8x5x12x64"},
      {"f32 8x5x12x64, f32 8x9x0x64, f32 8x9x0x64",
       {{"scale", 0.125}},
       "k is f32 8x9x0x64; expected a number of heads (axis 2) that divides 12, as q is f32 "
       "8x5x12x64"},
      {"f32 8x5x12x64, f32 7x9x4x64, f32 7x9x4x64",
       {{"scale", 0.125}},
       "k is f32 7x9x4x64; expected [8, S, Hk, 64], as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x9x4x32, f32 8x9x4x32",
       {{"scale", 0.125}},
       "k is f32 8x9x4x32; expected [8, S, Hk, 64], as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x9x4x64, f32 8x8x4x64",
       {{"scale", 0.125}},
       "v is f32 8x8x4x64; expected f32 8x9x4x64, the type of k"},
      {"f32 8x5x12x64, f32 8x9x4x64, f32 8x9x4x64, f32 8",
       {{"scale", 0.125}},
       "lengths is f32 8; expected i32 8, as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x9x4x64, f32 8x9x4x64",
       {{"scale", 0.125}, {"causal", -1}},
       "causal is -1; expected 0 to 1"},
      {"f32 8x5x12, f32 8x9x4x64, f32 8x9x4x64",
       {{"scale", 0.125}},
       "q is f32 8x5x12; expected [B, T, H, D]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("attention", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
