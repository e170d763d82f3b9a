// SPDX-License-Identifier: MIT
#include "engine/graph/broadcasting.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

std::string broadcast_text(std::string_view a, std::string_view b) {
  const TensorType left = type_of_text(a);
  const TensorType right = type_of_text(b);
  const Result<Dims> shape = broadcast_shapes({"a", left}, {"b", right});
  return shape ? to_text(*shape) : shape.error().message();
}

TEST(BroadcastShapes, AlignsAtTheLastAxis) {
  EXPECT_EQ(broadcast_text("f32 2x3", "f32 3"), "2x3");
  EXPECT_EQ(broadcast_text("f32 3", "f32 2x1"), "2x3");
  EXPECT_EQ(broadcast_text("f32", "f32"), "");
  EXPECT_EQ(broadcast_text("f32 0x1", "f32 5"), "0x5");
  EXPECT_EQ(broadcast_text("f32 1", "f32 0"), "0");
  EXPECT_EQ(broadcast_text("f32 2x3", "f32 0"),
            "b is f32 0; expected an extent of 3 or 1 at axis 1 from the back, as a is f32 2x3");
  EXPECT_EQ(broadcast_text("f32 4x2x3", "f32 3x2x3"),
            "b is f32 3x2x3; expected an extent of 4 or 1 at axis 3 from the back, as a is f32 "
            "4x2x3");
}

}  // namespace
}  // namespace assay::graph
