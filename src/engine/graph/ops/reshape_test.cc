// SPDX-License-Identifier: MIT
#include "engine/graph/ops/reshape.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ReshapeOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x6", {{"shape", Integers{3, 4}}}, "f32 3x4"},
      {"f32 8x197x768", {{"shape", Integers{0, 0, 12, 64}}}, "f32 8x197x12x64"},
      {"f32 8x197x768", {{"shape", Integers{0, -1}}}, "f32 8x151296"},
      {"i32 6", {{"shape", Integers{-1, 1, 1, 1, 1, 1}}}, "i32 6x1x1x1x1x1"},
      {"u8 1x1", {{"shape", Integers{}}}, "u8 "},
      {"f32", {{"shape", Integers{1}}}, "f32 1"},
      {"f32 0x3", {{"shape", Integers{0, 3, 1}}}, "f32 0x3x1"},
      {"f32 0x3",
       {{"shape", Integers{0, -1}}},
       "shape is [0, -1]; no extent for its -1 gives 0 elements, as x is f32 0x3"},
      {"f32 2x6",
       {{"shape", Integers{5}}},
       "shape is [5], which has 5 elements; expected 12, as x is f32 2x6"},
      {"f32 2x6",
       {{"shape", Integers{5, -1}}},
       "shape is [5, -1]; no extent for its -1 gives 12 elements, as x is f32 2x6"},
      {"f32 2x6", {{"shape", Integers{-1, -1}}}, "shape is [-1, -1]; expected at most one -1"},
      {"f32 2x6", {{"shape", Integers{-2, 6}}}, "shape is [-2, 6]; expected -1 or more"},
      {"f32 2x6",
       {{"shape", Integers{2, 6, 0}}},
       "shape is [2, 6, 0]; expected a 0 only where x has an axis to keep, as x is f32 2x6"},
      {"f32 2x6",
       {{"shape", Integers{1, 1, 1, 1, 1, 1, 12}}},
       "the result would have 7 axes; a tensor has at most 6"},
      {"f32 2x6",
       {{"shape", Integers{4611686018427387904, 4}}},
       "shape [4611686018427387904, 4] has more elements than 64 bits can count"},
      {"f32 2x6",
       {},
       "attribute shape is missing: Extents; 0 keeps x's extent at that axis, one -1 takes the "
       "rest."}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("reshape", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
