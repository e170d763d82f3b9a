// SPDX-License-Identifier: MIT
#include "engine/graph/ops/quantise_rows.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(QuantiseRowsOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 128x512, f32 128", {}, "i8 128x512"},
      {"f32 128x512, f32 512", {}, "scales is f32 512; expected f32 128, as weight is f32 128x512"},
      {"f32 128, f32 128", {}, "weight is f32 128; expected [n, k]"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("quantise_rows", row.operands, row.attributes), row.outcome)
        << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
