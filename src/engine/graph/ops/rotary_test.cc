// SPDX-License-Identifier: MIT
#include "engine/graph/ops/rotary.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(RotaryOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x5x12x64, i32 8x5, f32 32", {{"pairing", "halves"}}, "f32 8x5x12x64"},
      {"f32 8x5x12x63, i32 8x5, f32 31",
       {{"pairing", "halves"}},
       "x is f32 8x5x12x63; expected an even D, so that elements pair"},
      {"f32 8x5x12x64, i32 5, f32 32",
       {{"pairing", "halves"}},
       "positions is i32 5; expected i32 8x5, as x is f32 8x5x12x64"},
      {"f32 8x5x12x64, i32 8x5, f32 64",
       {{"pairing", "neighbours"}},
       "frequencies is f32 64; expected f32 32, as x is f32 8x5x12x64"},
      {"f32 8x5x12x64, i32 8x5, f32 32",
       {{"pairing", "neighbors"}},
       "unknown pairing: neighbors; did you mean neighbours? known: halves, neighbours"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("rotary", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
