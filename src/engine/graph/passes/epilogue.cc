// SPDX-License-Identifier: MIT
#include "engine/graph/passes/epilogue.h"

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

bool is_product(const Rewrite& graph, NodeId id) {
  return graph.is_op(id, "linear") || graph.is_op(id, "quantised_linear") ||
         graph.is_op(id, "conv2d");
}

/// The residual is the last operand of each of them.
bool has_residual(const Node& product) {
  return product.operands.back() != kAbsent;
}

bool has_activation(const Node& product) {
  return product.attributes.text("activation") != "none";
}

bool can_take_activation(const Rewrite& graph, NodeId id) {
  if (!is_product(graph, id) || graph.uses(id) != 1) return false;
  const Node& product = graph.node(id);
  return !has_activation(product) && (product.op->name == "conv2d" || !has_residual(product));
}

bool can_take_residual(const Rewrite& graph, NodeId id) {
  if (!is_product(graph, id) || graph.uses(id) != 1) return false;
  const Node& product = graph.node(id);
  return !has_residual(product) && (product.op->name != "conv2d" || !has_activation(product));
}

std::vector<NodeId> mapped_operands(const Rewrite& graph, const Node& node) {
  std::vector<NodeId> operands;
  for (const NodeId operand : node.operands)
    operands.push_back(graph.mapped(operand));
  return operands;
}

NodeId fold_activation(Rewrite& graph, const Node& activation) {
  const NodeId below = activation.operands[0];
  if (!can_take_activation(graph, below)) return kAbsent;
  const Node& product = graph.node(below);
  Attributes attributes = product.attributes;
  attributes.set("activation", activation.attributes.text("kind"));
  return graph.write(product.op->name, mapped_operands(graph, product), attributes, product.name);
}

NodeId fold_residual(Rewrite& graph, NodeId visited, NodeId product, NodeId residual) {
  const bool fits = can_take_residual(graph, product) &&
                    graph.type(product) == graph.type(visited) &&
                    graph.type(residual) == graph.type(visited);
  if (!fits) return kAbsent;
  const Node& node = graph.node(product);
  std::vector<NodeId> operands = mapped_operands(graph, node);
  operands.back() = graph.mapped(residual);
  return graph.write(node.op->name, std::move(operands), node.attributes, node.name);
}

NodeId fold(Rewrite& graph, NodeId visited) {
  const Node& node = graph.node(visited);
  if (graph.is_op(visited, "activation")) return fold_activation(graph, node);
  if (!graph.is_op(visited, "add")) return kAbsent;
  const NodeId a = node.operands[0];
  const NodeId b = node.operands[1];
  const NodeId folded = fold_residual(graph, visited, b, a);
  return folded != kAbsent ? folded : fold_residual(graph, visited, a, b);
}

}  // namespace

Result<Graph> epilogue_pass(const Graph& graph, const Bindings& bindings) {
  return rewrite(graph, bindings, [](const Rewrite&) { return Rule(fold); });
}

}  // namespace assay::graph
