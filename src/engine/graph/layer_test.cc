// SPDX-License-Identifier: MIT
#include "engine/graph/layer.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

TEST(InferLayer, TakesTheLastAxisOfXToTheRowsOfTheWeight) {
  const std::vector<std::optional<TensorType>> types{
      type_of_text("f32 2x5x4"), type_of_text("i8 3x4"), std::nullopt, type_of_text("f32 2x5x3")};
  const auto type = infer_layer(OperandTypes(types), {.bias = 2, .residual = 3});
  ASSERT_TRUE(type.has_value()) << type.error().message();
  EXPECT_EQ(to_text(*type), "f32 2x5x3");
  EXPECT_EQ(infer_layer(OperandTypes(types), {.bias = 3, .residual = 2}).error().message(),
            "bias is f32 2x5x3; expected f32 3, as weight is i8 3x4");
}

}  // namespace
}  // namespace assay::graph
