// SPDX-License-Identifier: MIT
#include "engine/graph/ops/quantised_linear.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(QuantisedLinearOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x512, i8 128x512, f32 128, f32 128, f32 8x128",
       {{"activation", "gelu"}, {"mode", "dynamic"}},
       "f32 8x128"},
      {"f32 8x512, i8 128x512, f32 128", {}, "f32 8x128"},
      {"f32 8x512, f32 128x512, f32 128", {}, "weight is f32 128x512; expected i8"},
      {"f32 8x512, i8 128x512, f32 512",
       {},
       "scales is f32 512; expected f32 128, as weight is i8 128x512"},
      {"f32 8x512, i8 128x512, f32 128",
       {{"mode", "static"}},
       "unknown mode: static; known: weight_only, dynamic"},
      {"f32 8x512, i8 128x500, f32 128",
       {},
       "weight is i8 128x500; expected [n, 512], as x is f32 8x512"},
      {"f32 8x512, i8 128x512", {}, "operand scales is missing: [n] f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("quantised_linear", row.operands, row.attributes), row.outcome)
        << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
