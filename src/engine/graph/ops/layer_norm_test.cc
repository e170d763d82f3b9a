// SPDX-License-Identifier: MIT
#include "engine/graph/ops/layer_norm.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(LayerNormOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x197x768, f32 768, f32 768", {{"epsilon", 1e-5}}, "f32 8x197x768"},
      {"f32 8x197x768, f32 768", {{"epsilon", 1e-5}}, "f32 8x197x768"},
      {"f32 8x197x768", {{"epsilon", 1e-5}}, "f32 8x197x768"},
      {"f32 8x768, f32 767",
       {{"epsilon", 1e-5}},
       "weight is f32 767; expected f32 768, as x is f32 8x768"},
      {"f32 8x768, f32 768, f16 768",
       {{"epsilon", 1e-5}},
       "bias is f16 768; expected f32 768, as x is f32 8x768"},
      {"f32 8x768, f32 768", {{"epsilon", 0.0}}, "epsilon is 0; expected a positive number"},
      {"f16 8x768, f16 768", {{"epsilon", 1e-5}}, "x is f16 8x768; expected f32"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("layer_norm", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
