// SPDX-License-Identifier: MIT
#include "engine/graph/passes/norm_folding.h"

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

/// batch_norm's operands behind x.
struct Statistics {
  NodeId mean, variance, weight, bias;
  double epsilon;
};

NodeId zeros_like(Rewrite& graph, NodeId constant) {
  return graph.write("scale", {constant}, {{"factor", 0.0}});
}

NodeId normalised(Rewrite& graph, NodeId x, const Statistics& s) {
  return graph.write("batch_norm", {x, s.mean, s.variance, s.weight, s.bias},
                     {{"epsilon", s.epsilon}});
}

/// weight[o, ...] times the factor of channel o: batch_norm over the weight itself, as [1, O,
/// rest], with nothing subtracted and nothing added.
NodeId scaled_weight(Rewrite& graph, NodeId weight, const Dims& shape, Statistics s) {
  s.mean = zeros_like(graph, s.mean);
  s.bias = zeros_like(graph, s.bias);
  const std::int64_t rest = shape[1] * shape[2] * shape[3];
  const NodeId rows = graph.write("reshape", {weight}, {{"shape", Integers{1, shape[0], rest}}});
  return graph.write("reshape", {normalised(graph, rows, s)},
                     {{"shape", Integers{shape[0], shape[1], shape[2], shape[3]}}});
}

/// What batch_norm makes of the convolution's bias, which is 0 where there is none.
NodeId shifted_bias(Rewrite& graph, NodeId bias, std::int64_t channels, const Statistics& s) {
  const NodeId row = bias == kAbsent ? zeros_like(graph, s.mean) : bias;
  const NodeId as_pixels = graph.write("reshape", {row}, {{"shape", Integers{1, channels}}});
  return graph.write("reshape", {normalised(graph, as_pixels, s)}, {{"shape", Integers{channels}}});
}

/// A weight that others read too, as an embedding's that is also the head, would be there twice.
bool is_own_constant(const Rewrite& graph, NodeId weight) {
  return graph.is_constant(weight) && graph.uses(weight) == 1;
}

bool are_constant(const Rewrite& graph, const Node& node, std::size_t first) {
  for (std::size_t i = first; i < node.operands.size(); ++i) {
    if (!graph.is_constant(node.operands[i])) return false;
  }
  return true;
}

NodeId fold_batch_norm(Rewrite& graph, const Node& norm) {
  const NodeId below = norm.operands[0];
  if (!graph.is_op(below, "conv2d") || graph.uses(below) != 1) return kAbsent;
  const Node& conv = graph.node(below);
  const bool is_linear =
      conv.operands[3] == kAbsent && conv.attributes.text("activation") == "none";
  const Dims& shape = graph.type(conv.operands[1]).shape;
  const bool is_empty = shape[0] * shape[1] == 0;
  const bool is_own = is_own_constant(graph, conv.operands[1]) &&
                      graph.is_constant(conv.operands[2]) && are_constant(graph, norm, 1);
  if (!is_linear || is_empty || !is_own) return kAbsent;
  const Statistics s{graph.mapped(norm.operands[1]), graph.mapped(norm.operands[2]),
                     graph.mapped(norm.operands[3]), graph.mapped(norm.operands[4]),
                     norm.attributes.number("epsilon")};
  const NodeId weight = scaled_weight(graph, graph.mapped(conv.operands[1]), shape, s);
  const NodeId bias = shifted_bias(graph, graph.mapped(conv.operands[2]), shape[0], s);
  return graph.write("conv2d", {graph.mapped(conv.operands[0]), weight, bias}, conv.attributes,
                     conv.name);
}

/// The norm without its weight and bias, or kAbsent where it is none, has none, or is used twice.
NodeId bare_norm(Rewrite& graph, NodeId id) {
  const bool is_norm = graph.is_op(id, "layer_norm") || graph.is_op(id, "rms_norm");
  if (!is_norm || graph.uses(id) != 1 || !are_constant(graph, graph.node(id), 1)) return kAbsent;
  const Node& norm = graph.node(id);
  const bool has_bias = norm.operands.size() > 2 && norm.operands[2] != kAbsent;
  if (norm.operands[1] == kAbsent && !has_bias) return kAbsent;
  return graph.write(norm.op->name, {graph.mapped(norm.operands[0])}, norm.attributes, norm.name);
}

/// linear(n * g + h, W, b) = linear(n, W * g, W h + b).
NodeId fold_into_linear(Rewrite& graph, const Node& linear) {
  const NodeId old_weight = linear.operands[1];
  const bool fits = is_own_constant(graph, old_weight) && graph.is_constant(linear.operands[2]) &&
                    graph.type(old_weight).dtype == DType::kF32;
  if (!fits) return kAbsent;
  const Node& norm = graph.node(linear.operands[0]);
  const NodeId bare = bare_norm(graph, linear.operands[0]);
  if (bare == kAbsent) return kAbsent;
  NodeId weight = graph.mapped(old_weight);
  NodeId bias = graph.mapped(linear.operands[2]);
  if (norm.operands.size() > 2 && norm.operands[2] != kAbsent) {
    bias = graph.write("linear", {graph.mapped(norm.operands[2]), weight, bias});
  }
  if (norm.operands[1] != kAbsent) {
    weight = graph.write("multiply", {weight, graph.mapped(norm.operands[1])});
  }
  return graph.write("linear", {bare, weight, bias, graph.mapped(linear.operands[3])},
                     linear.attributes, linear.name);
}

NodeId fold(Rewrite& graph, NodeId visited) {
  if (graph.is_constant(visited)) return kAbsent;
  const Node& node = graph.node(visited);
  if (graph.is_op(visited, "batch_norm")) return fold_batch_norm(graph, node);
  if (graph.is_op(visited, "linear")) return fold_into_linear(graph, node);
  return kAbsent;
}

}  // namespace

Result<Graph> norm_folding_pass(const Graph& graph, const Bindings& bindings) {
  return rewrite(graph, bindings, [](const Rewrite&) { return Rule(fold); });
}

}  // namespace assay::graph
