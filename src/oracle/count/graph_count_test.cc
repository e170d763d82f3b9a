// SPDX-License-Identifier: MIT
#include "oracle/count/graph_count.h"

#include <gmock/gmock.h>

namespace assay::oracle {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

TEST(CountGraph, SumsNodesAndCountsAWeightOnce) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 512});
  const NodeId w = graph.weight("w", {DType::kF32, {512, 512}});
  const NodeId hidden = graph.op("linear", {x, w});
  const NodeId again = graph.op("linear", {hidden, w});
  graph.output("y", graph.op("reshape", {again}, {{"shape", graph::Integers{-1}}}));
  const auto types = graph::infer_types(graph, {{"batch", 32}});
  ASSERT_TRUE(types) << types.error().to_string();
  const GraphCount count = count_graph(graph, *types);
  EXPECT_EQ(count.sum.products, 2 * 2.0 * 32 * 512 * 512);
  EXPECT_EQ(count.sum.weight_bytes, 2 * 512.0 * 512 * 4) << "each product reads it";
  EXPECT_EQ(count.weight_bytes, 512.0 * 512 * 4) << "and it exists once";
  EXPECT_EQ(count.nodes.size(), 2U) << "a view is no work";
  EXPECT_EQ(count.sum.width, 32 * 512);
  EXPECT_EQ(count.unsupported_share(), 0);
}

/// The ViT formula of the study: 2n(3p^2)D + depth(2tD3I + 2tID + 4t^2I + 4tDM).
TEST(CountGraph, AViTBlockIsTheFormula) {
  constexpr std::int64_t kTokens = 50;
  constexpr std::int64_t kWidth = 384;
  constexpr std::int64_t kHeads = 6;
  constexpr std::int64_t kInner = kHeads * 64;
  constexpr std::int64_t kMlp = 1536;
  Graph graph;
  const auto weight = [&](const char* name, std::int64_t n, std::int64_t k) {
    return graph.weight(name, {DType::kF32, {n, k}});
  };
  const NodeId x = graph.input("x", DType::kF32, {1, kTokens, kWidth});
  const auto heads = [&](const char* name) {
    const NodeId merged = graph.op("linear", {x, weight(name, kInner, kWidth)});
    return graph.op("reshape", {merged}, {{"shape", graph::Integers{0, 0, kHeads, 64}}});
  };
  const NodeId attended =
      graph.op("attention", {heads("q"), heads("k"), heads("v")}, {{"scale", 0.125}});
  const NodeId joined = graph.op("reshape", {attended}, {{"shape", graph::Integers{0, 0, kInner}}});
  const NodeId out = graph.op("linear", {joined, weight("out", kWidth, kInner)});
  const NodeId up = graph.op("linear", {out, weight("up", kMlp, kWidth)});
  graph.output("y", graph.op("linear", {up, weight("down", kWidth, kMlp)}));
  const auto types = graph::infer_types(graph, {});
  ASSERT_TRUE(types) << types.error().to_string();
  const double t = kTokens;
  EXPECT_EQ(count_graph(graph, *types).sum.products,
            2 * t * kWidth * 3 * kInner + 2 * t * kInner * kWidth + 4 * t * t * kInner +
                4 * t * kWidth * kMlp);
}

}  // namespace
}  // namespace assay::oracle
