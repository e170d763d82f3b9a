// SPDX-License-Identifier: MIT
#include "engine/graph/invented_op.h"

#include <gtest/gtest.h>

namespace assay::graph {
namespace {

TEST(InventedOp, ReadsTypesAndTellsOutcomes) {
  EXPECT_EQ(type_of_text("i32 8x512"), (TensorType{DType::kI32, {8, 512}}));
  EXPECT_EQ(type_of_text("f32"), (TensorType{DType::kF32, {}}));
  EXPECT_EQ(outcome_of("linear", "f32 8x512, f32 128x512, -"), "f32 8x128");
  EXPECT_EQ(outcome_of("linear", "f32 8x512, -"),
            "operand weight is missing: [n, k] f32, f16 or "
            "bf16");
}

}  // namespace
}  // namespace assay::graph
