// SPDX-License-Identifier: MIT
#include "engine/graph/ops/scale.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ScaleOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x3", {{"factor", 0.125}}, "f32 2x3"},
      {"bf16", {{"factor", 2.0}}, "bf16 "},
      {"f64 2", {{"factor", 2.0}}, "x is f64 2; expected f32, f16 or bf16"},
      {"f32 2", {{"factor", 2}}, "factor is 2, of kind integer; expected kind number"},
      {"f32 2", {{"factor", HUGE_VAL}}, "factor is inf; expected finite numbers"},
      {"f32 2", {{"faktor", 2.0}}, "unknown attribute: faktor; did you mean factor? known: factor"},
      {"f32 2, f32 2", {{"factor", 2.0}}, "2 operands; expected at most 1"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("scale", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
