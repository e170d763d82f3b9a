// SPDX-License-Identifier: MIT
#include "engine/graph/ops/normalise.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(NormaliseOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"u8 8x224x226x3",
       {{"mean", Numbers{0.5, 0.5, 0.5}}, {"deviation", Numbers{0.5, 0.5, 0.5}}},
       "f32 8x3x224x226"},
      {"f32 8x2x2x1",
       {{"factor", 1.0}, {"mean", Numbers{0}}, {"deviation", Numbers{1}}},
       "f32 8x1x2x2"},
      {"u8 8x2x2x3",
       {{"mean", Numbers{0.5}}, {"deviation", Numbers{0.5, 0.5, 0.5}}},
       "mean is [0.5]; expected 3 numbers, one a channel, as x is u8 8x2x2x3"},
      {"u8 8x2x2x1",
       {{"mean", Numbers{0.5}}, {"deviation", Numbers{0}}},
       "deviation is [0]; expected positive numbers"},
      {"i32 8x2x2x1",
       {{"mean", Numbers{0.5}}, {"deviation", Numbers{1}}},
       "x is i32 8x2x2x1; expected u8 or f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("normalise", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
