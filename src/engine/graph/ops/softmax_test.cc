// SPDX-License-Identifier: MIT
#include "engine/graph/ops/softmax.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(SoftmaxOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{{"f32 8x12x197x197", {}, "f32 8x12x197x197"},
                                  {"f32 3x0", {}, "f32 3x0"},
                                  {"f32", {}, "x is a single f32; expected [..., D]"},
                                  {"f16 3", {}, "x is f16 3; expected f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("softmax", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
