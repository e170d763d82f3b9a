// SPDX-License-Identifier: MIT
#include "engine/graph/ops/rms_norm.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(RmsNormOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x768, f32 768", {{"epsilon", 1e-5}}, "f32 8x768"},
      {"f32 8x768", {{"epsilon", 1e-5}}, "f32 8x768"},
      {"f32, f32 1", {{"epsilon", 1e-5}}, "x is a single f32; expected [..., D]"},
      {"f32 8x768, f32 8",
       {{"epsilon", 1e-5}},
       "weight is f32 8; expected f32 768, as x is f32 8x768"},
      {"f32 8x768, f32 768", {{"epsilon", -1.0}}, "epsilon is -1; expected a positive number"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("rms_norm", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
