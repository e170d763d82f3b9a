// SPDX-License-Identifier: MIT
#include "engine/graph/ops/cached_attention.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(CachedAttentionOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 8, i32 8, f32 8x4x100x64, f32 8x4x100x64",
       {{"scale", 0.125}},
       "f32 8x5x12x64"},
      {"f32 8x1x4x64, f32 8x1x4x64, f32 8x1x4x64, i32 8, i32 8, f16 8x4x100x64, f16 8x4x100x64",
       {{"scale", 0.125}},
       "f32 8x1x4x64"},
      {"f32 8x5x12x64, f32 8x4x4x64, f32 8x4x4x64, i32 8, i32 8, f32 8x4x100x64, f32 8x4x100x64",
       {{"scale", 0.125}},
       "k is f32 8x4x4x64; expected 5 tokens (axis 1), as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 7, i32 8, f32 8x4x100x64, f32 8x4x100x64",
       {{"scale", 0.125}},
       "past is i32 7; expected i32 8, as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 8, f32 8, f32 8x4x100x64, f32 8x4x100x64",
       {{"scale", 0.125}},
       "counts is f32 8; expected i32 8, as q is f32 8x5x12x64"},
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 8, i32 8, f32 8x100x4x64, f32 8x100x4x64",
       {{"scale", 0.125}},
       "keys is f32 8x100x4x64; expected [8, 4, S, 64], as k is f32 8x5x4x64"},
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 8, i32 8, f32 8x4x100x64, f16 8x4x100x64",
       {{"scale", 0.125}},
       "values is f16 8x4x100x64; expected f32 8x4x100x64, the type of keys"},
      {"f32 8x5x12x64, f32 8x5x4x64, f32 8x5x4x64, i32 8, i32 8, bf16 8x4x100x64, bf16 8x4x100x64",
       {{"scale", 0.125}},
       "keys is bf16 8x4x100x64; expected f32 or f16"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("cached_attention", row.operands, row.attributes), row.outcome)
        << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
