// SPDX-License-Identifier: MIT
#include "engine/graph/ops/cast.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(CastOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 2x3", {{"dtype", "f16"}}, "f16 2x3"},
      {"i32", {{"dtype", "i8"}}, "i8 "},
      {"f32 2x3",
       {{"dtype", "fp16"}},
       "unknown dtype: fp16; did you mean f16? known: f64, f32, f16, bf16, i8, i32, u8"},
      {"u8 4611686018427387904",
       {{"dtype", "f64"}},
       "f64 4611686018427387904 needs more bytes than 64 bits can count"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("cast", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
