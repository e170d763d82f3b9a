// SPDX-License-Identifier: MIT
#include "engine/graph/head_layout.h"

#include <gtest/gtest.h>

#include "engine/graph/invented_op.h"

namespace assay::graph {
namespace {

std::string heads(std::string_view q, std::string_view k) {
  const TensorType queries = type_of_text(q);
  const TensorType keys = type_of_text(k);
  const auto result = expect_heads({"q", queries}, {"k", keys}, {"v", keys});
  return result ? "fits" : result.error().message();
}

TEST(ExpectHeads, GroupsDivideTheHeads) {
  EXPECT_EQ(heads("f32 2x5x12x64", "f32 2x7x12x64"), "fits");
  EXPECT_EQ(heads("f32 2x5x12x64", "f32 2x7x1x64"), "fits");
  EXPECT_EQ(heads("f32 2x5x0x64", "f32 2x7x3x64"), "fits") << "0 is a multiple of 3";
  EXPECT_EQ(heads("f32 2x5x12x64", "f32 2x7x24x64"),
            "k is f32 2x7x24x64; expected a number of heads (axis 2) that divides 12, as q is f32 "
            "2x5x12x64");
  EXPECT_EQ(heads("f16 2x5x12x64", "f32 2x7x12x64"), "q is f16 2x5x12x64; expected f32");
}

}  // namespace
}  // namespace assay::graph
