// SPDX-License-Identifier: MIT
#include "engine/graph/ops/multiply.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(MultiplyOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 8x197x768, f32 8x197x768", {}, "f32 8x197x768"},
      {"bf16 8x197x768, bf16 768", {}, "bf16 8x197x768"},
      {"f16 2x1, f16 3x1x4", {}, "f16 3x2x4"},
      {"f32, f32 5", {}, "f32 5"},
      {"f32 0, f32 1", {}, "f32 0"},
      {"f32 2x3, f16 2x3", {}, "b is f16 2x3; expected f32, as a is f32 2x3"},
      {"i32 2, i32 2", {}, "a is i32 2; expected f32, f16 or bf16"},
      {"f32 2x3, f32 2",
       {},
       "b is f32 2; expected an extent of 3 or 1 at axis 1 from the back, as a is f32 2x3"},
      {"f32 2147483648x1, f32 1x2147483648",
       {},
       "f32 2147483648x2147483648 needs more bytes than 64 bits can count"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("multiply", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
