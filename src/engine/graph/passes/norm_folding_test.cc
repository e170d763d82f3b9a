// SPDX-License-Identifier: MIT
#include "engine/graph/passes/norm_folding.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/epilogue.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

NodeId batch_norm(Graph& graph, const std::string& name, NodeId x, std::int64_t channels) {
  std::vector<NodeId> operands{x};
  for (const std::string part : {"mean", "variance", "weight", "bias"})
    operands.push_back(graph.weight(name + "." + part, {DType::kF32, {channels}}));
  return graph.op("batch_norm", operands, {{"epsilon", 1e-5}}, name);
}

/// conv2d -> batch_norm -> add -> relu, as a ResNet's block ends.
Graph residual_block(bool has_bias) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 8, 5, 5});
  const NodeId weight = graph.weight("conv.weight", {DType::kF32, {8, 4, 3, 3}});
  const NodeId bias = has_bias ? graph.weight("conv.bias", {DType::kF32, {8}}) : kAbsent;
  const NodeId conv =
      graph.op("conv2d", {x, weight, bias}, {{"padding", Integers{1, 1}}, {"groups", 2}}, "conv");
  const NodeId sum = graph.op("add", {batch_norm(graph, "bn", conv, 8), x});
  graph.output("y", graph.op("activation", {sum}, {{"kind", "relu"}}));
  return graph;
}

TEST(NormFoldingPass, ABatchNormGoesIntoTheConvolution) {
  for (const bool has_bias : {false, true}) {
    const Graph after = *norm_folding_pass(residual_block(has_bias), {});
    EXPECT_THAT(running_op_counts(after),
                ElementsAre(Pair("activation", 1), Pair("add", 1), Pair("conv2d", 1)));
    const Node& conv = only(after, "conv2d");
    const NodeTypes types = *infer_types(after, {});
    EXPECT_EQ(to_text(types[index_of(conv.operands[1])]), "f32 8x4x3x3");
    EXPECT_EQ(to_text(types[index_of(conv.operands[2])]), "f32 8");
    EXPECT_EQ(conv.attributes.integer("groups"), 2);
    EXPECT_THAT(running_op_counts(*epilogue_pass(after, {})), ElementsAre(Pair("conv2d", 1)));
  }
}

TEST(NormFoldingPass, LeavesAloneABatchNormWithoutAConvolutionOfItsOwn) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 8, 5, 5});
  const NodeId weight = graph.weight("weight", {DType::kF32, {8, 8, 1, 1}});
  graph.output("plain", batch_norm(graph, "plain", x, 8));
  const auto own_weight = [&](const std::string& name) {
    return graph.weight(name + ".conv", {DType::kF32, {8, 8, 1, 1}});
  };
  const NodeId shown = graph.op("conv2d", {x, own_weight("shown")});
  graph.output("shown", shown);
  graph.output("behind", batch_norm(graph, "behind", shown, 8));
  const NodeId bent = graph.op("conv2d", {x, own_weight("bent")}, {{"activation", "relu"}});
  graph.output("bent", batch_norm(graph, "bent", bent, 8));
  const NodeId added = graph.op("conv2d", {x, own_weight("added"), kAbsent, x});
  graph.output("added", batch_norm(graph, "added", added, 8));
  const NodeId row = graph.input("row", DType::kF32, {8});
  const NodeId conv = graph.op("conv2d", {x, own_weight("given")});
  graph.output("given", graph.op("batch_norm", {conv, row, row, row, row}, {{"epsilon", 1e-5}}));
  for (const std::string name : {"one", "two"})
    graph.output(name, batch_norm(graph, name, graph.op("conv2d", {x, weight}), 8));
  EXPECT_EQ(fingerprint(*norm_folding_pass(graph, {})), fingerprint(graph));
}

NodeId layer_norm(Graph& graph, NodeId x, std::int64_t width, bool has_bias) {
  const NodeId weight = graph.weight("norm.weight", {DType::kF32, {width}});
  const NodeId bias = has_bias ? graph.weight("norm.bias", {DType::kF32, {width}}) : kAbsent;
  return graph.op("layer_norm", {x, weight, bias}, {{"epsilon", 1e-5}}, "norm");
}

TEST(NormFoldingPass, ALayerNormsConstantsGoIntoTheLinearBehindIt) {
  for (const bool norm_bias : {false, true}) {
    for (const bool linear_bias : {false, true}) {
      Graph graph;
      const NodeId x = graph.input("x", DType::kF32, {3, 16});
      const NodeId norm = layer_norm(graph, x, 16, norm_bias);
      graph.output("y", invented_linear(graph, "fc", norm, {8, 16}, linear_bias));
      const Graph after = *norm_folding_pass(graph, {});
      EXPECT_THAT(running_op_counts(after), ElementsAre(Pair("layer_norm", 1), Pair("linear", 1)));
      EXPECT_EQ(only(after, "layer_norm").operands[1], kAbsent);
      EXPECT_EQ(only(after, "layer_norm").operands[2], kAbsent);
      EXPECT_EQ(only(after, "layer_norm").attributes.number("epsilon"), 1e-5);
      const Node& linear = after.node(after.outputs()[0].node);
      EXPECT_EQ(linear.operands[2] != kAbsent, norm_bias || linear_bias);
      EXPECT_TRUE(infer_types(after, {}).has_value());
    }
  }
}

TEST(NormFoldingPass, AnRmsNormsWeightGoesToo) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const NodeId weight = graph.weight("norm.weight", {DType::kF32, {16}});
  const NodeId norm = graph.op("rms_norm", {x, weight}, {{"epsilon", 1e-5}});
  graph.output("y", invented_linear(graph, "fc", norm, {8, 16}, false));
  const Graph after = *norm_folding_pass(graph, {});
  EXPECT_THAT(op_counts(after),
              ElementsAre(Pair("linear", 1), Pair("multiply", 1), Pair("rms_norm", 1)));
  EXPECT_EQ(only(after, "rms_norm").operands[1], kAbsent);
}

TEST(NormFoldingPass, KeepsTheLayersOwnEpilogue) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const NodeId weight = graph.weight("weight", {DType::kF32, {16, 16}});
  const NodeId norm = layer_norm(graph, x, 16, false);
  graph.output("y", graph.op("linear", {norm, weight, kAbsent, x}, {{"activation", "gelu"}}));
  const Graph after = *norm_folding_pass(graph, {});
  EXPECT_EQ(only(after, "linear").attributes.text("activation"), "gelu");
  EXPECT_EQ(after.node(only(after, "linear").operands[3]).name, "x");
}

TEST(NormFoldingPass, LeavesAloneANormThatIsSeenFromOutsideOrAWeightThatIsNotOurs) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3, 16});
  const NodeId given = graph.input("given", DType::kF32, {8, 16});
  const NodeId half = graph.weight("half", {DType::kF16, {8, 16}});
  const NodeId row = graph.weight("row", {DType::kF32, {16}});
  const auto norm = [&](NodeId weight) {
    return graph.op("layer_norm", {x, weight}, {{"epsilon", 1e-5}});
  };
  const NodeId shown = norm(row);
  graph.output("shown", shown);
  graph.output("behind", invented_linear(graph, "behind", shown, {8, 16}));
  graph.output("given", graph.op("linear", {norm(row), given}));
  graph.output("half", graph.op("linear", {norm(row), half}));
  graph.output("bare", invented_linear(graph, "bare", norm(kAbsent), {8, 16}));
  const NodeId table = graph.weight("table", {DType::kF32, {8, 16}});
  const NodeId ids = graph.input("ids", DType::kI32, {3});
  graph.output("tied", graph.op("linear", {norm(row), table}));
  graph.output("rows", graph.op("embedding", {table, ids}));
  const NodeId given_row = graph.input("given row", DType::kF32, {16});
  graph.output("given row", invented_linear(graph, "row", norm(given_row), {8, 16}));
  EXPECT_EQ(fingerprint(*norm_folding_pass(graph, {})), fingerprint(graph));
}

}  // namespace
}  // namespace assay::graph
