// SPDX-License-Identifier: MIT
#include "engine/graph/ops/take_rows.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(TakeRowsOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x128x768, i32 8", {}, "f32 8x768"},
      {"f32 8x128x768, i32 4", {}, "rows is i32 4; expected i32 8, as x is f32 8x128x768"},
      {"f32 8x128x768, f32 8", {}, "rows is f32 8; expected i32 8, as x is f32 8x128x768"},
      {"f32 8x128, i32 8", {}, "x is f32 8x128; expected [B, T, D]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("take_rows", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
