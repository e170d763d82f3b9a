// SPDX-License-Identifier: MIT
#include "engine/graph/ops/activation.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(ActivationOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x3", {{"kind", "gelu"}}, "f32 2x3"},
      {"f16 2x3", {{"kind", "relu"}}, "f16 2x3"},
      {"i8 2x3", {{"kind", "relu"}}, "x is i8 2x3; expected f32, f16 or bf16"},
      {"f32 2x3",
       {{"kind", "swish"}},
       "unknown kind: swish; known: relu, gelu, gelu_tanh, silu, tanh, sigmoid"},
      {"f32 2x3",
       {{"kind", "gelu_tan"}},
       "unknown kind: gelu_tan; did you mean gelu_tanh? known: relu, gelu, gelu_tanh, silu, tanh, "
       "sigmoid"},
      {"f32 2x3",
       {{"kind", "none"}},
       "unknown kind: none; known: relu, gelu, gelu_tanh, silu, tanh, sigmoid"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("activation", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
