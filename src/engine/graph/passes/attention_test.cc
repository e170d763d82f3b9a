// SPDX-License-Identifier: MIT
#include "engine/graph/passes/attention.h"

#include <gmock/gmock.h>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/identities.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(AttentionPass, WithIdentitiesLeavesNoPermutation) {
  Graph graph;
  const InventedHeads sizes;
  const NodeId x = graph.input("x", DType::kF32, {"batch", "tokens", sizes.width()});
  graph.output("y", invented_attention(graph, x, sizes));
  const Graph fused = *attention_pass(graph, invented_bindings());
  EXPECT_EQ(op_counts(fused)["matmul"], 0);
  EXPECT_EQ(only(fused, "attention").name, "mixed");
  EXPECT_EQ(only(fused, "attention").attributes.number("scale"), 0.25);
  const Graph clean = *identities_pass(fused, invented_bindings());
  EXPECT_THAT(op_counts(clean),
              ElementsAre(Pair("attention", 1), Pair("linear", 3), Pair("reshape", 4)));
  EXPECT_EQ(to_text(infer_types(clean, invented_bindings())->back()), "f32 2x5x32");
  EXPECT_EQ(to_text(infer_types(clean, {{"batch", 7}, {"tokens", 1}})->back()), "f32 7x1x32")
      << "nothing of the bindings went into the graph";
}

/// q, k, v [2, H, tokens, D] as they are; `change` makes of the usual pattern another.
struct Pattern {
  Graph graph;
  NodeId q, k, v;
};

Pattern make_pattern(std::int64_t value_dim = 8) {
  Pattern pattern;
  pattern.q = pattern.graph.input("q", DType::kF32, {2, 4, 5, 8});
  pattern.k = pattern.graph.input("k", DType::kF32, {2, 4, 6, 8});
  pattern.v = pattern.graph.input("v", DType::kF32, {2, 4, 6, value_dim});
  return pattern;
}

TEST(AttentionPass, TheScaleMayBeMissingAndOperandsTransposed) {
  Pattern pattern = make_pattern();
  Graph& graph = pattern.graph;
  const NodeId k = graph.op("permute", {pattern.k}, {{"axes", Integers{0, 1, 3, 2}}});
  const NodeId v = graph.op("permute", {pattern.v}, {{"axes", Integers{0, 1, 3, 2}}});
  const NodeId weights = graph.op("softmax", {graph.op("matmul", {pattern.q, k})});
  graph.output("y", graph.op("matmul", {weights, v}, {{"transpose_b", 1}}));
  const Graph fused = *identities_pass(*attention_pass(graph, {}), {});
  EXPECT_THAT(op_counts(fused), ElementsAre(Pair("attention", 1), Pair("permute", 4)));
  EXPECT_EQ(only(fused, "attention").attributes.number("scale"), 1);
  EXPECT_EQ(to_text(infer_types(fused, {})->back()), "f32 2x4x5x8");
  for (const NodeId id : fused.of_kind(NodeKind::kOp)) {
    if (fused.node(id).op->name != "permute") continue;
    EXPECT_EQ(fused.node(id).attributes.integers("axes"), (Integers{0, 2, 1, 3}));
  }
}

void expect_untouched(const Graph& graph, std::string_view why) {
  const Result<Graph> after = attention_pass(graph, {});
  ASSERT_TRUE(after.has_value()) << why << ": " << after.error().to_string();
  EXPECT_EQ(fingerprint(*after), fingerprint(graph)) << why;
}

TEST(AttentionPass, LeavesAloneWhatIsSeenFromOutside) {
  for (const int shown : {0, 1, 2}) {
    Pattern pattern = make_pattern();
    Graph& graph = pattern.graph;
    const NodeId product = graph.op("matmul", {pattern.q, pattern.k}, {{"transpose_b", 1}});
    const NodeId scores = graph.op("scale", {product}, {{"factor", 0.5}});
    const NodeId weights = graph.op("softmax", {scores});
    graph.output("y", graph.op("matmul", {weights, pattern.v}));
    graph.output("shown", std::vector{product, scores, weights}[static_cast<std::size_t>(shown)]);
    expect_untouched(graph, format("inner value {} is an output", shown));
  }
}

TEST(AttentionPass, LeavesAloneWhatIsNoAttention) {
  {
    Pattern pattern = make_pattern();
    Graph& graph = pattern.graph;
    const NodeId scores = graph.op("matmul", {pattern.q, pattern.k}, {{"transpose_b", 1}});
    const NodeId bent = graph.op("activation", {scores}, {{"kind", "relu"}});
    graph.output("y", graph.op("matmul", {graph.op("softmax", {bent}), pattern.v}));
    expect_untouched(graph, "something between product and softmax");
  }
  {
    Pattern pattern = make_pattern(16);
    Graph& graph = pattern.graph;
    const NodeId scores = graph.op("matmul", {pattern.q, pattern.k}, {{"transpose_b", 1}});
    graph.output("y", graph.op("matmul", {graph.op("softmax", {scores}), pattern.v}));
    expect_untouched(graph, "values of another width than keys");
  }
  {
    Graph graph;
    const NodeId x = graph.input("x", DType::kF32, {3, 5, 8});
    const NodeId scores = graph.op("matmul", {x, x}, {{"transpose_b", 1}});
    graph.output("y", graph.op("matmul", {graph.op("softmax", {scores}), x}));
    expect_untouched(graph, "three axes: no heads");
  }
}

}  // namespace
}  // namespace assay::graph
