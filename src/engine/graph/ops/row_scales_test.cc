// SPDX-License-Identifier: MIT
#include "engine/graph/ops/row_scales.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(RowScalesOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{{"f32 128x512", {}, "f32 128"},
                                  {"f32 3x0", {}, "f32 3"},
                                  {"f32 128", {}, "weight is f32 128; expected [n, k]"},
                                  {"f16 128x512", {}, "weight is f16 128x512; expected f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("row_scales", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
