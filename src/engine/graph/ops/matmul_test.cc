// SPDX-License-Identifier: MIT
#include "engine/graph/ops/matmul.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(MatmulOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x12x197x64, f32 8x12x64x197", {}, "f32 8x12x197x197"},
      {"f32 8x12x197x64, f32 8x12x100x64", {{"transpose_b", 1}}, "f32 8x12x197x100"},
      {"f32 2x0, f32 0x3", {}, "f32 2x3"},
      {"f32 2x3, f32 2x3",
       {},
       "b is f32 2x3; expected [..., k, n] with equal leading extents and k = 3, as a is f32 2x3"},
      {"f32 2x3, f32 3x2",
       {{"transpose_b", 1}},
       "b is f32 3x2; expected [..., n, k] with equal leading extents and k = 3, as a is f32 2x3"},
      {"f32 5x2x3, f32 4x3x2",
       {},
       "b is f32 4x3x2; expected [..., k, n] with equal leading extents and k = 3, as a is f32 "
       "5x2x3"},
      {"f32 5x2x3, f32 3x2",
       {},
       "b is f32 3x2; expected [..., k, n] with equal leading extents and k = 3, as a is f32 "
       "5x2x3"},
      {"f32 3, f32 3x2", {}, "a is f32 3; expected [..., m, k]"},
      {"f32 2x3, f16 3x2", {}, "b is f16 3x2; expected f32"},
      {"f32 2x3, f32 3x2", {{"transpose_b", 2}}, "transpose_b is 2; expected 0 to 1"},
      {"f32 4294967296x1, f32 1x4294967296",
       {},
       "f32 4294967296x4294967296 needs more bytes than 64 bits can count"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("matmul", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
