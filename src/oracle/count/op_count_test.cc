// SPDX-License-Identifier: MIT
#include "oracle/count/op_count.h"

#include <gmock/gmock.h>

namespace assay::oracle {
namespace {

using graph::Attributes;
using graph::Graph;
using graph::Integers;
using graph::NodeId;
using tensor::DType;

/// Counts the last node of a graph with everything bound.
CountedOp count_last(const Graph& graph, CountAssumptions assumptions = {}) {
  const auto types = graph::infer_types(graph, {});
  EXPECT_TRUE(types) << types.error().to_string();
  return count_op(graph, static_cast<NodeId>(graph.nodes().size() - 1), *types, assumptions);
}

TEST(CountOp, EveryOpThereIsHasARuleOrIsAView) {
  for (const graph::OpDefinition* op : graph::op_list()) {
    EXPECT_TRUE(op->is_view || has_count_rule(op->name)) << op->name;
  }
  EXPECT_FALSE(has_count_rule("fourier"));
}

TEST(CountOp, ALinearLayerByHand) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4, 8});
  const NodeId w = graph.weight("w", {DType::kF16, {16, 8}});
  const NodeId b = graph.weight("b", {DType::kF32, {16}});
  graph.op("linear", {x, w, b, graph::kAbsent}, {{"activation", "relu"}});
  const OpCount count = count_last(graph).count;
  EXPECT_EQ(count.products, 2 * 4 * 16 * 8);
  EXPECT_EQ(count.flops, 2 * 4 * 16 * 8 + 4 * 16 * 2) << "bias and relu";
  EXPECT_EQ(count.weight_bytes, 16 * 8 * 2 + 16 * 4);
  EXPECT_EQ(count.read_bytes, 4 * 8 * 4);
  EXPECT_EQ(count.written_bytes, 4 * 16 * 4);
  EXPECT_EQ(count.width, 64);
}

TEST(CountOp, AConvolutionByHand) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {1, 64, 56, 56});
  const NodeId w = graph.weight("w", {DType::kF32, {128, 64, 3, 3}});
  graph.op("conv2d", {x, w, graph::kAbsent, graph::kAbsent},
           {{"stride", Integers{2, 2}}, {"padding", Integers{1, 1}}});
  EXPECT_EQ(count_last(graph).count.products, 2.0 * 128 * 28 * 28 * 64 * 9);
}

TEST(CountOp, AttentionCountsOnlyWhatIsSeen) {
  const auto attend = [](std::int64_t causal) {
    Graph graph;
    const NodeId q = graph.input("q", DType::kF32, {2, 10, 4, 8});
    const NodeId k = graph.input("k", DType::kF32, {2, 10, 2, 8});
    const NodeId v = graph.input("v", DType::kF32, {2, 10, 2, 8});
    graph.op("attention", {q, k, v, graph::kAbsent}, {{"scale", 0.5}, {"causal", causal}});
    return count_last(graph).count.products;
  };
  EXPECT_EQ(attend(0), 4.0 * 2 * 4 * 100 * 8);
  EXPECT_EQ(attend(1), 4.0 * 2 * 4 * 55 * 8);
}

TEST(CountOp, ACacheIsReadAsFarAsItIsFilled) {
  Graph graph;
  const NodeId q = graph.input("q", DType::kF32, {1, 1, 4, 8});
  const NodeId k = graph.input("k", DType::kF32, {1, 1, 2, 8});
  const NodeId v = graph.input("v", DType::kF32, {1, 1, 2, 8});
  const NodeId past = graph.input("past", DType::kI32, {1});
  const NodeId counts = graph.input("counts", DType::kI32, {1});
  const NodeId keys = graph.state("keys", DType::kF16, {1, 2, 1024, 8});
  const NodeId values = graph.state("values", DType::kF16, {1, 2, 1024, 8});
  graph.op("cached_attention", {q, k, v, past, counts, keys, values}, {{"scale", 0.5}});
  const OpCount count = count_last(graph, {.past = 99}).count;
  EXPECT_EQ(count.products, 4.0 * 4 * 100 * 8);
  const double cache = 2.0 * 2 * 99 * 8 * 2;
  EXPECT_EQ(count.read_bytes, cache + 4 * (4 * 8 + 2 * 2 * 8 + 1 + 1));
}

TEST(CountOp, AnEmbeddingReadsTheRowsItIsAskedFor) {
  Graph graph;
  const NodeId table = graph.weight("table", {DType::kF32, {50'257, 768}});
  const NodeId ids = graph.input("ids", DType::kI32, {1, 5});
  graph.op("embedding", {table, ids});
  EXPECT_EQ(count_last(graph).count.weight_bytes, 5 * 768 * 4);
}

TEST(CountOp, AViewCostsNothing) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4, 8});
  graph.op("permute", {x}, {{"axes", Integers{1, 0}}});
  EXPECT_EQ(count_last(graph).count.bytes(), 0);
  EXPECT_EQ(count_last(graph).count.flops, 0);
}

TEST(CountOp, TheSameOperandTwiceIsReadOnce) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4, 8});
  graph.op("multiply", {x, x});
  EXPECT_EQ(count_last(graph).count.read_bytes, 4 * 8 * 4);
}

}  // namespace
}  // namespace assay::oracle
