// SPDX-License-Identifier: MIT
#include "engine/graph/types.h"

#include <gmock/gmock.h>

namespace assay::graph {
namespace {

using ::testing::ElementsAre;

struct Mlp {
  Graph graph;
  NodeId x, w, b, y, state;
};

Mlp make_mlp() {
  Mlp mlp;
  mlp.x = mlp.graph.input("x", DType::kF32, {"batch", 4});
  mlp.w = mlp.graph.weight("w", {DType::kF32, {3, 4}});
  mlp.state = mlp.graph.state("cache", DType::kF16, {"batch", "capacity"});
  mlp.b = mlp.graph.op("scale", {mlp.w}, {{"factor", 2.0}});
  mlp.y = mlp.graph.op("linear", {mlp.x, mlp.b}, {}, "fc");
  mlp.graph.output("y", mlp.y);
  return mlp;
}

TEST(InferTypes, BindsNamesAndTypesEveryNode) {
  const Mlp mlp = make_mlp();
  EXPECT_THAT(extent_names(mlp.graph), ElementsAre("batch", "capacity"));
  const auto types = infer_types(mlp.graph, {{"batch", 8}, {"capacity", 0}});
  ASSERT_TRUE(types.has_value()) << types.error().to_string();
  EXPECT_EQ(to_text((*types)[index_of(mlp.x)]), "f32 8x4");
  EXPECT_EQ(to_text((*types)[index_of(mlp.state)]), "f16 8x0");
  EXPECT_EQ(to_text((*types)[index_of(mlp.y)]), "f32 8x3");
  const auto operands = operand_types(mlp.graph.node(mlp.y), *types);
  ASSERT_EQ(operands.size(), 4U);
  EXPECT_EQ(to_text(*operands[1]), "f32 3x4");
  EXPECT_EQ(operands[2], std::nullopt);
}

TEST(InferTypes, RefusesBindingsThatDoNotFit) {
  const Mlp mlp = make_mlp();
  const auto complaint = [&](const Bindings& bindings) {
    return infer_types(mlp.graph, bindings).error().to_string();
  };
  EXPECT_EQ(complaint({{"batch", 8}}),
            "extent capacity is not bound to a size\n  in node 2: state cache");
  EXPECT_EQ(complaint({{"batch", 8}, {"capacity", 1}, {"bacth", 2}}),
            "unknown extent: bacth; did you mean batch? known: batch, capacity");
  EXPECT_EQ(complaint({{"batch", -8}, {"capacity", 1}}),
            "extent batch is bound to -8; expected 0 or more");
  EXPECT_EQ(complaint({{"batch", INT64_MAX / 8}, {"capacity", 1}}),
            "f32 1152921504606846975x4 needs more bytes than 64 bits can count\n  in node 0: "
            "input x");
}

TEST(InferTypes, NamesTheNodeThatDoesNotFit) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {8, 512});
  const NodeId w = graph.weight("w", {DType::kF32, {128, 768}});
  graph.op("linear", {x, w}, {}, "blocks.0.fc");
  EXPECT_EQ(infer_types(graph, {}).error().to_string(),
            "weight is f32 128x768; expected [n, 512], as x is f32 8x512\n  in node 2: linear "
            "blocks.0.fc");
}

TEST(ConstantTypes, AreThoseOfWeightsAndWhatFollowsFromThemAlone) {
  const Mlp mlp = make_mlp();
  EXPECT_THAT(constant_nodes(mlp.graph), ElementsAre(false, true, false, true, false));
  const auto types = constant_types(mlp.graph);
  ASSERT_TRUE(types.has_value()) << types.error().to_string();
  EXPECT_EQ((*types)[index_of(mlp.x)], std::nullopt);
  EXPECT_EQ(to_text(*(*types)[index_of(mlp.b)]), "f32 3x4");
}

}  // namespace
}  // namespace assay::graph
