// SPDX-License-Identifier: MIT
#include "engine/graph/ops/linear.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(LinearOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x197x768, f32 3072x768, f32 3072", {{"activation", "gelu"}}, "f32 8x197x3072"},
      {"f32 8x768, f16 10x768, -, f32 8x10", {}, "f32 8x10"},
      {"f32 768, bf16 10x768", {}, "f32 10"},
      {"f32 0x4, f32 3x4", {}, "f32 0x3"},
      {"f32 8x512, f32 128x768", {}, "weight is f32 128x768; expected [n, 512], as x is f32 8x512"},
      {"f32 8x512, f32 512", {}, "weight is f32 512; expected [n, 512], as x is f32 8x512"},
      {"f32 8x512, i8 128x512", {}, "weight is i8 128x512; expected f32, f16 or bf16"},
      {"f16 8x512, f32 128x512", {}, "x is f16 8x512; expected f32"},
      {"f32, f32 128x512", {}, "x is a single f32; expected [..., k]"},
      {"f32 8x512, f32 128x512, f32 512",
       {},
       "bias is f32 512; expected f32 128, as weight is f32 128x512"},
      {"f32 8x512, f32 128x512, -, f32 128",
       {},
       "residual is f32 128; expected f32 8x128, the type of the result"},
      {"f32 8x512, f32 128x512",
       {{"activation", "gel"}},
       "unknown activation: gel; did you mean gelu? known: none, relu, gelu, gelu_tanh, silu, "
       "tanh, sigmoid"},
      {"f32 4294967296x0, f32 4294967296x0",
       {},
       "f32 4294967296x4294967296 needs more bytes than 64 bits can count"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("linear", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
