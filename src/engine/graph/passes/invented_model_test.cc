// SPDX-License-Identifier: MIT
#include "engine/graph/passes/invented_model.h"

#include <gmock/gmock.h>

namespace assay::graph {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(InventedBlock, IsWrittenOpByOp) {
  const Graph graph = invented_block();
  EXPECT_THAT(op_counts(graph),
              UnorderedElementsAre(Pair("linear", 6), Pair("reshape", 4), Pair("permute", 4),
                                   Pair("matmul", 2), Pair("scale", 1), Pair("softmax", 1),
                                   Pair("layer_norm", 2), Pair("activation", 1), Pair("add", 2)));
  EXPECT_EQ(running_op_counts(graph), op_counts(graph));
  EXPECT_TRUE(infer_types(graph, invented_bindings()).has_value());
  EXPECT_EQ(only(graph, "softmax").operands.size(), 1U);
}

}  // namespace
}  // namespace assay::graph
