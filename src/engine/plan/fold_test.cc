// SPDX-License-Identifier: MIT
#include "engine/plan/fold.h"

#include <gmock/gmock.h>

#include "engine/plan/reference_factory.h"

namespace assay::plan {
namespace {

using graph::Graph;
using graph::NodeId;
using graph::NodeKind;
using tensor::DType;

/// y = x (2 w + v)^T, and y again with the same formula written a second time.
Graph arithmetic_on_weights() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 3});
  const NodeId w = graph.weight("w", {DType::kF32, {2, 3}});
  const NodeId v = graph.weight("v", {DType::kF32, {2, 3}});
  for (const char* name : {"y", "again"}) {
    const NodeId doubled = graph.op("scale", {w}, {{"factor", 2.0}});
    graph.output(name, graph.op("linear", {x, graph.op("add", {doubled, v})}));
  }
  return graph;
}

TEST(FoldConstants, CalculatesAFormulaOnceAndDropsWhatItTook) {
  const Graph graph = arithmetic_on_weights();
  graph::Weights weights = *graph::seeded_weights(graph, 1);
  const double w = load_element((*weights.find("w"))->view(), 4);
  const double v = load_element((*weights.find("v"))->view(), 4);
  const auto factory = make_reference_factory();
  const auto folded = fold_constants(graph, weights, *factory);
  ASSERT_TRUE(folded) << folded.error().to_string();
  EXPECT_EQ(folded->of_kind(NodeKind::kWeight).size(), 1U) << "the same formula is one weight";
  EXPECT_EQ(folded->op_count(), 2);
  ASSERT_EQ(weights.entries().size(), 1U);
  EXPECT_NEAR(load_element(weights.entries().begin()->second->view(), 4), 2 * w + v, 1e-6);
}

TEST(FoldConstants, ASecondTimeNothingIsCalculated) {
  const Graph graph = arithmetic_on_weights();
  graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto factory = make_reference_factory();
  ASSERT_TRUE(fold_constants(graph, weights, *factory));
  // w and v are gone: only the name of the formula can find what was calculated.
  const auto again = fold_constants(graph, weights, *factory);
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(weights.entries().size(), 1U);
}

TEST(FoldConstants, LeavesAGraphWithoutConstantsAlone) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {3});
  graph.output("y", graph.op("scale", {x}, {{"factor", 2.0}}));
  graph::Weights weights;
  const auto factory = make_reference_factory();
  const auto folded = fold_constants(graph, weights, *factory);
  ASSERT_TRUE(folded);
  EXPECT_EQ(folded->op_count(), 1);
}

TEST(FoldConstants, AnOutputMayBeAConstant) {
  Graph graph;
  const NodeId w = graph.weight("w", {DType::kF32, {2}});
  graph.output("y", graph.op("scale", {w}, {{"factor", 3.0}}));
  graph::Weights weights = *graph::seeded_weights(graph, 1);
  const auto factory = make_reference_factory();
  const auto folded = fold_constants(graph, weights, *factory);
  ASSERT_TRUE(folded) << folded.error().to_string();
  EXPECT_EQ(folded->op_count(), 0);
}

}  // namespace
}  // namespace assay::plan
