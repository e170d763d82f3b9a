// SPDX-License-Identifier: MIT
#include "engine/graph/ops/broadcast.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(BroadcastOp, SaysWhatComesOutAndRefusesWhatDoesNotFit) {
  const std::vector<OpCase> cases{
      {"f32 1x1x768, f32 8x196x768", {}, "f32 8x196x768"},
      {"i32 3x1, f32 3x0", {}, "i32 3x0"},
      {"f32 768, f32 8x768",
       {},
       "x is f32 768; expected its rank and at every axis its extent or 1, as like is f32 8x768"},
      {"f32 2x3, f32 2x6",
       {},
       "x is f32 2x3; expected its rank and at every axis its extent or 1, as like is f32 2x6"},
      {"f64 1, f32 4611686018427387904",
       {},
       "f32 4611686018427387904 needs more bytes than 64 bits can count"}};
  for (const OpCase& row : cases) {
    EXPECT_EQ(outcome_of("broadcast", row.operands, row.attributes), row.outcome) << row.operands;
  }
}

}  // namespace
}  // namespace assay::graph
