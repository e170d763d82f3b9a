// SPDX-License-Identifier: MIT
// For the tests of passes: how models write what passes look for, and what is left of it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/graph/types.h"

namespace assay::graph {

/// How many ops of each name there are.
inline std::map<std::string, int> op_counts(const Graph& graph) {
  std::map<std::string, int> counts;
  for (const NodeId id : graph.of_kind(NodeKind::kOp))
    ++counts[std::string(graph.node(id).op->name)];
  return counts;
}

/// The same, of the ops that a run calculates: those over weights are folded before.
inline std::map<std::string, int> running_op_counts(const Graph& graph) {
  std::map<std::string, int> counts;
  const std::vector<bool> constants = constant_nodes(graph);
  for (const NodeId id : graph.of_kind(NodeKind::kOp)) {
    if (!constants[index_of(id)]) ++counts[std::string(graph.node(id).op->name)];
  }
  return counts;
}

/// The only op of this name.
inline const Node& only(const Graph& graph, std::string_view op) {
  const Node* found = nullptr;
  for (const NodeId id : graph.of_kind(NodeKind::kOp)) {
    const Node& node = graph.node(id);
    if (node.op->name != op) continue;
    ASSAY_CHECK(found == nullptr, "the op is there once");
    found = &node;
  }
  ASSAY_CHECK(found != nullptr, "the op is there");
  return *found;
}

/// x [..., k] through weight [n, k] and, if asked for, a bias.
inline NodeId invented_linear(Graph& graph, const std::string& name, NodeId x,
                              const std::pair<std::int64_t, std::int64_t>& n_and_k,
                              bool has_bias = true) {
  const auto [n, k] = n_and_k;
  const NodeId weight = graph.weight(name + ".weight", {DType::kF32, {n, k}});
  const NodeId bias = has_bias ? graph.weight(name + ".bias", {DType::kF32, {n}}) : kAbsent;
  return graph.op("linear", {x, weight, bias}, {}, name);
}

struct InventedHeads {
  std::int64_t heads = 4;
  std::int64_t dim = 8;
  std::int64_t width() const { return heads * dim; }
};

/// [B, T, H D] as [B, H, T, D].
inline NodeId split_heads(Graph& graph, NodeId x, const InventedHeads& sizes) {
  const NodeId split =
      graph.op("reshape", {x}, {{"shape", Integers{0, 0, sizes.heads, sizes.dim}}});
  return graph.op("permute", {split}, {{"axes", Integers{0, 2, 1, 3}}});
}

/// [B, H, T, D] as [B, T, H D].
inline NodeId merge_heads(Graph& graph, NodeId x, const InventedHeads& sizes) {
  const NodeId rows = graph.op("permute", {x}, {{"axes", Integers{0, 2, 1, 3}}});
  return graph.op("reshape", {rows}, {{"shape", Integers{0, 0, sizes.width()}}});
}

/// Attention as transformers write it out, over x ["batch", "tokens", H D].
inline NodeId invented_attention(Graph& graph, NodeId x, const InventedHeads& sizes) {
  const std::pair square{sizes.width(), sizes.width()};
  const NodeId q = split_heads(graph, invented_linear(graph, "q", x, square), sizes);
  const NodeId k = split_heads(graph, invented_linear(graph, "k", x, square), sizes);
  const NodeId v = split_heads(graph, invented_linear(graph, "v", x, square), sizes);
  const NodeId product = graph.op("matmul", {q, k}, {{"transpose_b", 1}});
  const NodeId scores = graph.op("scale", {product}, {{"factor", 0.25}});
  const NodeId weights = graph.op("softmax", {scores});
  return merge_heads(graph, graph.op("matmul", {weights, v}, {}, "mixed"), sizes);
}

inline const Bindings& invented_bindings() {
  static const Bindings bindings{{"batch", 2}, {"tokens", 5}};
  return bindings;
}

/// A block of a transformer, norms first, as its builder writes it.
inline Graph invented_block() {
  Graph graph;
  const InventedHeads sizes;
  const std::int64_t width = sizes.width();
  const NodeId x = graph.input("x", DType::kF32, {"batch", "tokens", width});
  const auto norm = [&](const std::string& name, NodeId from) {
    return graph.op("layer_norm",
                    {from, graph.weight(name + ".weight", {DType::kF32, {width}}),
                     graph.weight(name + ".bias", {DType::kF32, {width}})},
                    {{"epsilon", 1e-5}}, name);
  };
  const NodeId mixed = invented_attention(graph, norm("norm1", x), sizes);
  const NodeId sum = graph.op("add", {x, invented_linear(graph, "out", mixed, {width, width})});
  const NodeId up = invented_linear(graph, "up", norm("norm2", sum), {4 * width, width});
  const NodeId bent = graph.op("activation", {up}, {{"kind", "gelu"}});
  graph.output("y",
               graph.op("add", {invented_linear(graph, "down", bent, {width, 4 * width}), sum}));
  return graph;
}

}  // namespace assay::graph
