// SPDX-License-Identifier: MIT
#include "engine/graph/ops/batch_norm.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(BatchNormOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x64x7x7, f32 64, f32 64, f32 64, f32 64", {{"epsilon", 1e-5}}, "f32 8x64x7x7"},
      {"f32 8x64, f32 64, f32 64, f32 64, f32 64", {{"epsilon", 1e-5}}, "f32 8x64"},
      {"f32 8x64x7x7, f32 64, f32 64, f32 7, f32 64",
       {{"epsilon", 1e-5}},
       "weight is f32 7; expected f32 64, as x is f32 8x64x7x7"},
      {"f32 8x64x7x7, f32 64, i8 64, f32 64, f32 64",
       {{"epsilon", 1e-5}},
       "variance is i8 64; expected f32 64, as x is f32 8x64x7x7"},
      {"f32 8, f32 8, f32 8, f32 8, f32 8",
       {{"epsilon", 1e-5}},
       "x is f32 8; expected [B, C, ...]"},
      {"f32 8x4, f32 4, f32 4, f32 4", {{"epsilon", 1e-5}}, "operand bias is missing: [C] f32"},
      {"f32 8x4, f32 4, f32 4, f32 4, f32 4",
       {},
       "attribute epsilon is missing: Positive; keeps constant channels finite."}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("batch_norm", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
