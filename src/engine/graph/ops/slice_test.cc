// SPDX-License-Identifier: MIT
#include "engine/graph/ops/slice.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(SliceOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x10", {{"axis", 1}, {"first", 3}, {"count", 4}}, "f32 2x4"},
      {"f32 2x10", {{"axis", -1}, {"first", 3}}, "f32 2x7"},
      {"f32 2x10", {{"axis", 0}, {"first", 2}}, "f32 0x10"},
      {"f32 2x10", {{"axis", 1}, {"first", 10}, {"count", 0}}, "f32 2x0"},
      {"f32 2x10", {{"axis", 2}, {"first", 0}}, "axis is 2; expected -2 to 1, as x is f32 2x10"},
      {"f32",
       {{"axis", 0}, {"first", 0}},
       "x is a single f32; expected at least one axis, as axis is 0"},
      {"f32 2x10",
       {{"axis", 1}, {"first", 11}},
       "first is 11; expected 0 to 10, the extent of axis 1, as x is f32 2x10"},
      {"f32 2x10",
       {{"axis", 1}, {"first", -1}},
       "first is -1; expected 0 to 10, the extent of axis 1, as x is f32 2x10"},
      {"f32 2x10",
       {{"axis", 1}, {"first", 4}, {"count", 7}},
       "count is 7; expected 0 to 6 from 4 on, or -1 for all, as x is f32 2x10"},
      {"f32 2x10",
       {{"axis", 1}, {"first", 9223372036854775807}, {"count", 9223372036854775807}},
       "first is 9223372036854775807; expected 0 to 10, the extent of axis 1, as x is f32 2x10"},
      {"f32 2x10",
       {{"axis", 1}, {"first", 0}, {"count", -2}},
       "count is -2; expected 0 to 10 from 0 on, or -1 for all, as x is f32 2x10"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("slice", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
