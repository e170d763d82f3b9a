// SPDX-License-Identifier: MIT
#include "engine/graph/passes/attention.h"

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

const Integers kSwapHeadsAndRows{0, 2, 1, 3};  // [B, H, T, D] and [B, T, H, D] into one another.
const Integers kFromTransposed{0, 3, 1, 2};    // [B, H, D, S] into [B, S, H, D].

struct Scores {
  NodeId product = kAbsent;  ///< matmul(q, k)
  double scale = 1;
};

/// The product below a softmax that nobody else looks at.
Scores find_scores(const Rewrite& graph, NodeId softmax) {
  Scores scores;
  NodeId below = graph.node(softmax).operands[0];
  if (graph.is_op(below, "scale") && graph.uses(below) == 1) {
    scores.scale = graph.node(below).attributes.number("factor");
    below = graph.node(below).operands[0];
  }
  if (graph.is_op(below, "matmul") && graph.uses(below) == 1) scores.product = below;
  return scores;
}

bool is_transposed(const Node& matmul) {
  return matmul.attributes.integer("transpose_b") == 1;
}

/// q, k, v and the result have four axes and one D, and there are keys; without keys softmax's
/// empty sum and attention's zero agree, but nothing would be gained.
bool has_heads(const Rewrite& graph, const Node& first, const Node& second) {
  const Dims& q = graph.type(first.operands[0]).shape;
  const Dims& v = graph.type(second.operands[1]).shape;
  if (q.rank() != 4 || q[1] < 1) return false;
  return v[is_transposed(second) ? 2 : 3] == q[3];
}

NodeId fuse(Rewrite& graph, NodeId visited) {
  if (!graph.is_op(visited, "matmul")) return kAbsent;
  const Node& second = graph.node(visited);
  const NodeId softmax = second.operands[0];
  if (!graph.is_op(softmax, "softmax") || graph.uses(softmax) != 1) return kAbsent;
  const Scores scores = find_scores(graph, softmax);
  if (scores.product == kAbsent) return kAbsent;
  const Node& first = graph.node(scores.product);
  if (!has_heads(graph, first, second)) return kAbsent;
  const auto permuted = [&](NodeId old, const Integers& axes) {
    return graph.write("permute", {graph.mapped(old)}, {{"axes", axes}});
  };
  const NodeId q = permuted(first.operands[0], kSwapHeadsAndRows);
  const NodeId k =
      permuted(first.operands[1], is_transposed(first) ? kSwapHeadsAndRows : kFromTransposed);
  const NodeId v =
      permuted(second.operands[1], is_transposed(second) ? kFromTransposed : kSwapHeadsAndRows);
  const NodeId fused = graph.write("attention", {q, k, v}, {{"scale", scores.scale}}, second.name);
  return graph.write("permute", {fused}, {{"axes", kSwapHeadsAndRows}});
}

}  // namespace

Result<Graph> attention_pass(const Graph& graph, const Bindings& bindings) {
  return rewrite(graph, bindings, [](const Rewrite&) { return Rule(fuse); });
}

}  // namespace assay::graph
