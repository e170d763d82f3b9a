// SPDX-License-Identifier: MIT
#include "engine/graph/ops/reduce.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ReduceOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x512x7x7", {{"kind", "mean"}, {"axes", Integers{2, 3}}}, "f32 8x512"},
      {"f32 8x512", {{"kind", "max"}, {"axes", Integers{-1, 0}}}, "f32 "},
      {"f32 8x0", {{"kind", "sum"}, {"axes", Integers{1}}}, "f32 8"},
      {"f32 0x8", {{"kind", "mean"}, {"axes", Integers{1}}}, "f32 0"},
      {"f32 8x0",
       {{"kind", "mean"}, {"axes", Integers{1}}},
       "x is f32 8x0; expected something at axis 1 to take the mean of"},
      {"f32 8x2",
       {{"kind", "min"}, {"axes", Integers{1}}},
       "unknown kind: min; did you mean mean? known: sum, mean, max"},
      {"f32 8x2",
       {{"kind", "sum"}, {"axes", Integers{1, -1}}},
       "axes is [1, -1]; expected each axis once"},
      {"f32 8x2",
       {{"kind", "sum"}, {"axes", Integers{}}},
       "axes is []; expected at least one axis"},
      {"f32 8x2",
       {{"kind", "sum"}, {"axes", Integers{2}}},
       "axes is 2; expected -2 to 1, as x is f32 8x2"},
      {"i32 8x2", {{"kind", "sum"}, {"axes", Integers{1}}}, "x is i32 8x2; expected f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("reduce", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
