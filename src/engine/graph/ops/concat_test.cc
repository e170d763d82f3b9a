// SPDX-License-Identifier: MIT
#include "engine/graph/ops/concat.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ConcatOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x3, f32 2x5, f32 2x0", {{"axis", 1}}, "f32 2x8"},
      {"i8 2x3", {{"axis", -2}}, "i8 2x3"},
      {"f32 2x3, f32 3x3",
       {{"axis", 1}},
       "x[1] is f32 3x3; expected its dtype and, but for axis 1, its shape, as x[0] is f32 2x3"},
      {"f32 2x3, f16 2x3",
       {{"axis", 1}},
       "x[1] is f16 2x3; expected its dtype and, but for axis 1, its shape, as x[0] is f32 2x3"},
      {"f32 2x3, f32 2x3, f32 2x3x1",
       {{"axis", 1}},
       "x[2] is f32 2x3x1; expected its dtype and, but for axis 1, its shape, as x[0] is f32 2x3"},
      {"f32 2, f32 2", {{"axis", 1}}, "axis is 1; expected -1 to 0, as x[0] is f32 2"},
      {"u8 4611686018427387904, u8 4611686018427387904",
       {{"axis", 0}},
       "axis 0 of the result is longer than 64 bits can count"},
      {"",
       {{"axis", 0}},
       "operand x is missing: any dtype, the same for all; extents equal but for one axis"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("concat", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
