// SPDX-License-Identifier: MIT
#include "engine/graph/ops/permute.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(PermuteOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x3x4", {{"axes", Integers{2, 0, 1}}}, "f32 4x2x3"},
      {"u8", {{"axes", Integers{}}}, "u8 "},
      {"f32 2x3",
       {{"axes", Integers{0, 0}}},
       "axes is [0, 0]; expected an order of [0, 1], as x is f32 2x3"},
      {"f32 2x3",
       {{"axes", Integers{-1, 0}}},
       "axes is [-1, 0]; expected an order of [0, 1], as x is f32 2x3"},
      {"f32 2x3",
       {{"axes", Integers{1}}},
       "axes is [1]; expected an order of [0, 1], as x is f32 2x3"},
      {"f32 2x3",
       {{"axes", Integers{0, 1, 2, 3, 4, 5, 6, 7}}},
       "axes is [0, 1, 2, 3, 4, 5, 6, 7]; expected an order of [0, 1], as x is f32 2x3"},
      {"f32 2x3", {{"axes", 1}}, "axes is 1, of kind integer; expected kind integers"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("permute", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
