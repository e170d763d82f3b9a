// SPDX-License-Identifier: MIT
#include "engine/graph/passes/qkv.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(QkvPass, MergesLayersOverOneX) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 16});
  graph.output("q", invented_linear(graph, "q", x, {12, 16}));
  graph.output("k", invented_linear(graph, "k", x, {4, 16}));
  graph.output("v", invented_linear(graph, "v", x, {6, 16}));
  const Bindings bindings{{"batch", 3}};
  const Graph merged = *qkv_pass(graph, bindings);
  EXPECT_THAT(running_op_counts(merged), ElementsAre(Pair("linear", 1), Pair("slice", 3)));
  EXPECT_EQ(op_counts(merged)["concat"], 2);
  const NodeTypes types = *infer_types(merged, bindings);
  const auto output = [&](std::size_t i) {
    return merged.node(merged.outputs()[i].node).attributes;
  };
  EXPECT_EQ(to_text(types[index_of(merged.outputs()[1].node)]), "f32 3x4");
  EXPECT_EQ(output(0).integer("first"), 0);
  EXPECT_EQ(output(1).integer("first"), 12);
  EXPECT_EQ(output(2).integer("first"), 16);
  EXPECT_EQ(output(2).integer("count"), 6);
  const Node& weights = merged.node(only(merged, "linear").operands[1]);
  ASSERT_EQ(weights.operands.size(), 3U);
  EXPECT_EQ(merged.node(weights.operands[1]).name, "k.weight") << "in the order of the layers";
}

TEST(QkvPass, WithoutBiasesConcatenatesWeightsOnly) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 16});
  const NodeId gate = invented_linear(graph, "gate", x, {32, 16}, false);
  const NodeId up = invented_linear(graph, "up", x, {32, 16}, false);
  graph.output("y", graph.op("multiply", {graph.op("activation", {gate}, {{"kind", "silu"}}), up}));
  const Graph merged = *qkv_pass(graph, {{"batch", 3}});
  EXPECT_EQ(op_counts(merged)["linear"], 1);
  EXPECT_EQ(only(merged, "linear").operands[2], kAbsent);
}

TEST(QkvPass, MergesQuantisedLayersOfOneMode) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const auto layer = [&](const std::string& name, const std::string& mode) {
    const NodeId w = graph.weight(name, {DType::kI8, {8, 16}});
    const NodeId scales = graph.weight(name + ".scales", {DType::kF32, {8}});
    graph.output(name, graph.op("quantised_linear", {x, w, scales}, {{"mode", mode}}));
  };
  layer("a", "dynamic");
  layer("b", "weight_only");
  layer("c", "dynamic");
  const Graph merged = *qkv_pass(graph, {});
  EXPECT_THAT(running_op_counts(merged),
              ElementsAre(Pair("quantised_linear", 2), Pair("slice", 2)));
  EXPECT_EQ(op_counts(merged)["concat"], 2) << "weights and scales";
  EXPECT_TRUE(infer_types(merged, {}).has_value());
}

TEST(QkvPass, LeavesAloneLayersThatDiffer) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const NodeId other = graph.input("other", DType::kF32, {3, 16});
  const NodeId residual = graph.input("residual", DType::kF32, {3, 16});
  const NodeId given = graph.input("given", DType::kF32, {16, 16});
  const NodeId w = graph.weight("w", {DType::kF32, {16, 16}});
  const NodeId half = graph.weight("half", {DType::kF16, {16, 16}});
  graph.output("plain", graph.op("linear", {x, w}));
  graph.output("other", graph.op("linear", {other, w}));
  graph.output("biased", invented_linear(graph, "biased", x, {16, 16}));
  graph.output("half", graph.op("linear", {x, half}));
  graph.output("bent", graph.op("linear", {x, w}, {{"activation", "relu"}}));
  graph.output("added", graph.op("linear", {x, w, kAbsent, residual}));
  graph.output("given", graph.op("linear", {x, given}));
  EXPECT_EQ(fingerprint(*qkv_pass(graph, {})), fingerprint(graph));
}

TEST(QkvPass, LeavesLayersOverWeightsToConstantFolding) {
  Graph graph;
  const NodeId table = graph.weight("table", {DType::kF32, {3, 16}});
  graph.output("a", invented_linear(graph, "a", table, {16, 16}));
  graph.output("b", invented_linear(graph, "b", table, {16, 16}));
  EXPECT_EQ(fingerprint(*qkv_pass(graph, {})), fingerprint(graph));
}

TEST(QkvPass, FindsWeightsThatStandBehindTheFirstLayer) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const NodeId a = invented_linear(graph, "a", x, {16, 16}, false);
  const NodeId raw = graph.weight("raw", {DType::kF32, {16, 16}});
  const NodeId scaled = graph.op("scale", {raw}, {{"factor", 0.5}});
  graph.output("y", graph.op("add", {a, graph.op("linear", {x, scaled})}));
  const Graph merged = *qkv_pass(graph, {});
  EXPECT_THAT(running_op_counts(merged),
              ElementsAre(Pair("add", 1), Pair("linear", 1), Pair("slice", 2)));
}

}  // namespace
}  // namespace assay::graph
