// SPDX-License-Identifier: MIT
#include "engine/graph/passes/rewrite.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

const auto kNoRule = [](const Rewrite&) { return Rule([](Rewrite&, NodeId) { return kAbsent; }); };

TEST(Rewrite, WithoutAMatchGivesTheGraphBack) {
  const Result<Graph> same = rewrite(invented_block(), invented_bindings(), kNoRule);
  ASSERT_TRUE(same.has_value()) << same.error().to_string();
  EXPECT_EQ(fingerprint(*same), fingerprint(invented_block()));
}

TEST(Rewrite, AnswersAboutTheOldGraph) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 4});
  const NodeId w = graph.weight("w", {DType::kF32, {3, 4}});
  const NodeId half = graph.op("scale", {w}, {{"factor", 0.5}});
  const NodeId y = graph.op("linear", {x, half});
  graph.output("y", y);
  graph.output("again", y);
  const Rewrite rewrite(graph, *infer_types(graph, {{"batch", 2}}));
  EXPECT_TRUE(rewrite.is_op(y, "linear"));
  EXPECT_FALSE(rewrite.is_op(x, "linear"));
  EXPECT_FALSE(rewrite.is_op(kAbsent, "linear"));
  EXPECT_EQ(rewrite.uses(y), 2);
  EXPECT_EQ(rewrite.uses(w), 1);
  EXPECT_EQ(rewrite.uses(kAbsent), 0);
  EXPECT_TRUE(rewrite.is_output(y));
  EXPECT_TRUE(rewrite.is_constant(half));
  EXPECT_FALSE(rewrite.is_constant(y));
  EXPECT_EQ(to_text(rewrite.type(y)), "f32 2x3");
}

/// relu(relu(x)) is relu(x): one pair a round, so that a chain takes several.
NodeId drop_second_relu(Rewrite& graph, NodeId visited) {
  if (!graph.is_op(visited, "activation")) return kAbsent;
  const NodeId below = graph.node(visited).operands[0];
  if (!graph.is_op(below, "activation")) return kAbsent;
  return graph.write("activation", {graph.mapped(graph.node(below).operands[0])},
                     graph.node(visited).attributes);
}

TEST(Rewrite, AppliesItsRuleUntilItFindsNothing) {
  Graph graph;
  NodeId x = graph.input("x", DType::kF32, {4});
  for (int i = 0; i < 100; ++i)
    x = graph.op("activation", {x}, {{"kind", "relu"}});
  graph.output("y", x);
  const Result<Graph> short_one =
      rewrite(graph, {}, [](const Rewrite&) { return Rule(drop_second_relu); });
  ASSERT_TRUE(short_one.has_value()) << short_one.error().to_string();
  EXPECT_THAT(op_counts(*short_one), ElementsAre(Pair("activation", 1)));
  EXPECT_EQ(short_one->outputs()[0].name, "y");
}

TEST(Rewrite, OfAChainThatLosesOneNodeARoundEnds) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4});
  NodeId last = x;
  for (int i = 0; i < 1000; ++i)
    last = graph.op("activation", {last}, {{"kind", "relu"}});
  graph.output("y", last);
  int rounds = 0;
  const auto drop_first = [&](const Rewrite&) {
    ++rounds;
    return Rule([](Rewrite& r, NodeId id) {
      const bool is_second = r.is_op(id, "activation") && index_of(id) == 2;
      return is_second ? r.mapped(r.node(id).operands[0]) : kAbsent;
    });
  };
  const Result<Graph> after = rewrite(graph, {}, drop_first);
  ASSERT_TRUE(after.has_value()) << after.error().to_string();
  EXPECT_EQ(after->op_count(), 1000 - rounds);
  EXPECT_LT(rounds, 100);
}

TEST(Rewrite, OfAGraphThatDoesNotFitIsAnError) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4});
  graph.op("softmax", {graph.op("reduce", {x}, {{"kind", "sum"}, {"axes", Integers{0}}})});
  graph.output("y", node_id(2));
  EXPECT_EQ(rewrite(graph, {}, kNoRule).error().message(), "x is a single f32; expected [..., D]");
}

TEST(WithoutUnused, KeepsInputsStatesAndWhatChangesThem) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 1, 1, 1});
  graph.input("ignored", DType::kF32, {1});
  const NodeId i = graph.input("i", DType::kI32, {1});
  const NodeId k = graph.state("k", DType::kF32, {1, 1, 1, 1});
  const NodeId v = graph.state("v", DType::kF32, {1, 1, 1, 1});
  const NodeId w = graph.weight("w", {DType::kF32, {1, 1}});
  graph.weight("unused", {DType::kF32, {1, 1}});
  graph.op("softmax", {x});
  graph.op("cached_attention", {graph.op("linear", {x, w}), x, x, i, i, k, v}, {{"scale", 1.0}});
  graph.output("y", graph.op("activation", {x}, {{"kind", "relu"}}));
  const Graph kept = without_unused(graph);
  EXPECT_THAT(op_counts(kept),
              ElementsAre(Pair("activation", 1), Pair("cached_attention", 1), Pair("linear", 1)));
  EXPECT_EQ(kept.of_kind(NodeKind::kInput).size(), 3U);
  EXPECT_EQ(kept.of_kind(NodeKind::kWeight).size(), 1U);
  EXPECT_EQ(kept.of_kind(NodeKind::kState).size(), 2U);
}

}  // namespace
}  // namespace assay::graph
