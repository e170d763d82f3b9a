// SPDX-License-Identifier: MIT
#include "engine/graph/ops/embedding.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(EmbeddingOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 50257x768, i32 8x128", {}, "f32 8x128x768"},
      {"bf16 50257x768, i32", {}, "f32 768"},
      {"f16 0x4, i32 2", {}, "f32 2x4"},
      {"i8 9x4, i32 2", {}, "table is i8 9x4; expected f32, f16 or bf16"},
      {"f32 9, i32 2", {}, "table is f32 9; expected [V, D]"},
      {"f32 9x4, f32 2", {}, "ids is f32 2; expected i32"},
      {"f32 9x4, i32 1x1x1x1x1x1", {}, "the result would have 7 axes; a tensor has at most 6"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("embedding", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
