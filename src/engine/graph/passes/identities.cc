// SPDX-License-Identifier: MIT
#include "engine/graph/passes/identities.h"

#include <algorithm>

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

bool keeps_every_axis(const Integers& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

/// Whether the op's result is its operand 0, element for element.
bool changes_nothing(const Rewrite& graph, NodeId visited) {
  const Node& node = graph.node(visited);
  if (graph.type(visited) != graph.type(node.operands[0])) return false;
  if (node.op->name == "scale") return node.attributes.number("factor") == 1;
  if (node.op->name == "permute") return keeps_every_axis(node.attributes.integers("axes"));
  if (node.op->name == "concat") return node.operands.size() == 1;
  return node.op->name == "cast" || node.op->name == "reshape" || node.op->name == "slice" ||
         node.op->name == "broadcast";
}

NodeId merge_permutes(Rewrite& graph, const Node& outer, const Node& inner) {
  Integers axes;
  for (const std::int64_t axis : outer.attributes.integers("axes"))
    axes.push_back(inner.attributes.integers("axes")[static_cast<std::size_t>(axis)]);
  return graph.write("permute", {graph.mapped(inner.operands[0])}, {{"axes", axes}}, outer.name);
}

bool is_empty(const TensorType& type) {
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    if (type.shape[axis] == 0) return true;
  }
  return false;
}

/// The outer shape, with what it keeps of the inner one said in terms of the inner one's operand,
/// so that it still holds for other bindings. Two unknown extents cannot be said: kAbsent. Nor is
/// an unknown one found among no elements at all.
NodeId merge_reshapes(Rewrite& graph, const Node& outer, const Node& inner) {
  const Integers& before = inner.attributes.integers("shape");
  Integers shape = outer.attributes.integers("shape");
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0) shape[axis] = before[axis];
  }
  if (std::ranges::count(shape, -1) > 1) return kAbsent;
  return graph.write("reshape", {graph.mapped(inner.operands[0])}, {{"shape", shape}}, outer.name);
}

NodeId simplify(Rewrite& graph, NodeId visited) {
  const Node& node = graph.node(visited);
  const NodeId operand = node.operands[0];
  if (changes_nothing(graph, visited)) {
    const NodeId same = graph.mapped(operand);
    const bool is_leaf = graph.written(same).kind != NodeKind::kOp;
    return graph.is_output(visited) && is_leaf ? kAbsent : same;
  }
  if (!graph.is_op(operand, node.op->name)) return kAbsent;
  if (node.op->name == "permute") return merge_permutes(graph, node, graph.node(operand));
  if (node.op->name == "reshape" && !is_empty(graph.type(visited)))
    return merge_reshapes(graph, node, graph.node(operand));
  return kAbsent;
}

}  // namespace

Result<Graph> identities_pass(const Graph& graph, const Bindings& bindings) {
  return rewrite(graph, bindings, [](const Rewrite&) { return Rule(simplify); });
}

}  // namespace assay::graph
