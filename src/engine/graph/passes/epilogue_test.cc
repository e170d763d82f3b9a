// SPDX-License-Identifier: MIT
#include "engine/graph/passes/epilogue.h"

#include <gmock/gmock.h>

#include <functional>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

NodeId relu(Graph& graph, NodeId x) {
  return graph.op("activation", {x}, {{"kind", "relu"}});
}

/// The graph y = build(x, product), folded; the product is a linear or a conv2d of x's type.
Graph folded(bool is_conv, const std::function<NodeId(Graph&, NodeId, NodeId)>& build) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 4, 6, 4});
  const NodeId conv_weight = graph.weight("c", {DType::kF32, {4, 4, 1, 1}});
  const NodeId product =
      is_conv ? graph.op("conv2d", {x, conv_weight}) : invented_linear(graph, "fc", x, {4, 4});
  graph.output("y", build(graph, x, product));
  const Result<Graph> after = epilogue_pass(graph, {});
  EXPECT_TRUE(after.has_value()) << after.error().to_string();
  return *after;
}

TEST(EpiloguePass, ALinearTakesItsActivationAndThenItsResidual) {
  const Graph graph = folded(false, [](Graph& g, NodeId x, NodeId product) {
    return g.op("add", {relu(g, product), x});
  });
  EXPECT_THAT(op_counts(graph), ElementsAre(Pair("linear", 1)));
  EXPECT_EQ(only(graph, "linear").attributes.text("activation"), "relu");
  EXPECT_EQ(graph.node(only(graph, "linear").operands[3]).name, "x");
  EXPECT_EQ(only(graph, "linear").name, "fc");
}

TEST(EpiloguePass, ALinearsActivationBehindTheResidualStays) {
  const Graph graph = folded(false, [](Graph& g, NodeId x, NodeId product) {
    return relu(g, g.op("add", {x, product}));
  });
  EXPECT_THAT(op_counts(graph), ElementsAre(Pair("activation", 1), Pair("linear", 1)));
  EXPECT_NE(only(graph, "linear").operands[3], kAbsent);
}

TEST(EpiloguePass, AConvolutionTakesItsResidualAndThenItsActivation) {
  const Graph graph = folded(true, [](Graph& g, NodeId x, NodeId product) {
    return relu(g, g.op("add", {product, x}));
  });
  EXPECT_THAT(op_counts(graph), ElementsAre(Pair("conv2d", 1)));
  EXPECT_EQ(only(graph, "conv2d").attributes.text("activation"), "relu");
  EXPECT_NE(only(graph, "conv2d").operands[3], kAbsent);
}

TEST(EpiloguePass, AConvolutionsResidualBehindTheActivationStays) {
  const Graph graph = folded(true, [](Graph& g, NodeId x, NodeId product) {
    return g.op("add", {relu(g, product), x});
  });
  EXPECT_THAT(op_counts(graph), ElementsAre(Pair("add", 1), Pair("conv2d", 1)));
}

TEST(EpiloguePass, OnlyOneOfTwoActivationsAndResidualsFits) {
  const Graph graph = folded(false, [](Graph& g, NodeId x, NodeId product) {
    const NodeId once = g.op("add", {relu(g, relu(g, product)), x});
    return g.op("add", {once, x});
  });
  EXPECT_THAT(op_counts(graph),
              ElementsAre(Pair("activation", 1), Pair("add", 2), Pair("linear", 1)));
  const Graph sums = folded(false, [](Graph& g, NodeId x, NodeId product) {
    return g.op("add", {g.op("add", {product, x}), x});
  });
  EXPECT_THAT(op_counts(sums), ElementsAre(Pair("add", 1), Pair("linear", 1)));
}

TEST(EpiloguePass, TheSumOfTwoProductsIsTheResidualOfOne) {
  const Graph graph = folded(false, [](Graph& g, NodeId x, NodeId product) {
    return g.op("add", {product, invented_linear(g, "other", x, {4, 4})});
  });
  EXPECT_THAT(op_counts(graph), ElementsAre(Pair("linear", 2)));
}

TEST(EpiloguePass, LeavesAloneAProductThatIsSeenFromOutside) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 4});
  const NodeId shown = invented_linear(graph, "shown", x, {4, 4});
  graph.output("shown", shown);
  graph.output("bent", relu(graph, shown));
  const NodeId twice = invented_linear(graph, "twice", x, {4, 4});
  graph.output("a", relu(graph, twice));
  graph.output("b", graph.op("add", {twice, x}));
  const NodeId doubled = invented_linear(graph, "doubled", x, {4, 4});
  graph.output("c", graph.op("add", {doubled, doubled}));
  EXPECT_EQ(fingerprint(*epilogue_pass(graph, {})), fingerprint(graph));
}

TEST(EpiloguePass, LeavesAloneABroadcastResidual) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 3, 4});
  const NodeId row = graph.input("row", DType::kF32, {1, 3, 4});
  graph.output("y", graph.op("add", {invented_linear(graph, "fc", x, {4, 4}), row}));
  EXPECT_EQ(fingerprint(*epilogue_pass(graph, {{"batch", 2}})), fingerprint(graph));
  EXPECT_EQ(op_counts(*epilogue_pass(graph, {{"batch", 1}}))["add"], 0)
      << "of a batch of one it is none";
}

TEST(EpiloguePass, AProductThatIsItselfRepeatedIsNoResult) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 4});
  const NodeId rows = graph.input("rows", DType::kF32, {5, 4});
  graph.output("y", graph.op("add", {invented_linear(graph, "fc", x, {4, 4}), rows}));
  EXPECT_EQ(fingerprint(*epilogue_pass(graph, {})), fingerprint(graph));
}

TEST(EpiloguePass, AQuantisedLinearIsALinear) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 4});
  const NodeId w = graph.weight("w", {DType::kI8, {4, 4}});
  const NodeId scales = graph.weight("scales", {DType::kF32, {4}});
  const NodeId product = graph.op("quantised_linear", {x, w, scales}, {{"mode", "dynamic"}});
  graph.output("y", graph.op("add", {x, relu(graph, product)}));
  const Graph after = *epilogue_pass(graph, {});
  EXPECT_THAT(op_counts(after), ElementsAre(Pair("quantised_linear", 1)));
  EXPECT_EQ(only(after, "quantised_linear").attributes.text("mode"), "dynamic");
  EXPECT_NE(only(after, "quantised_linear").operands[4], kAbsent);
}

}  // namespace
}  // namespace assay::graph
