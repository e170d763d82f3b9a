// SPDX-License-Identifier: MIT
#include "engine/graph/types.h"

#include <algorithm>
#include <set>

#include "core/nearest.h"
#include "engine/graph/expectations.h"

namespace assay::graph {
namespace {

Result<std::int64_t> bound_extent(const Extent& extent, const Bindings& bindings) {
  if (const auto* size = std::get_if<std::int64_t>(&extent)) return *size;
  const auto& name = std::get<std::string>(extent);
  const auto found = bindings.find(name);
  if (found == bindings.end()) return Error::user("extent {} is not bound to a size", name);
  return found->second;
}

Result<TensorType> leaf_type(const Node& node, const Bindings& bindings) {
  std::vector<std::int64_t> extents;
  for (const Extent& extent : node.shape) {
    ASSAY_TRY(const std::int64_t size, bound_extent(extent, bindings));
    extents.push_back(size);
  }
  return result_type(node.dtype, extents);
}

Result<TensorType> type_of(const Graph& graph, NodeId id, const NodeTypes& types,
                           const Bindings& bindings) {
  const Node& node = graph.node(id);
  const auto infer = [&]() -> Result<TensorType> {
    if (node.kind != NodeKind::kOp) return leaf_type(node, bindings);
    const auto operands = operand_types(node, types);
    return node.op->infer_and_validate(OperandTypes(operands), node.attributes);
  };
  return infer().context("in {}", describe(graph, id));
}

Result<void> check_bindings(const Graph& graph, const Bindings& bindings) {
  const std::vector<std::string> used = extent_names(graph);
  for (const auto& [name, size] : bindings) {
    if (std::ranges::find(used, name) == used.end()) {
      return Error::user("{}", unknown_name("extent", name, used));
    }
    if (size < 0) return Error::user("extent {} is bound to {}; expected 0 or more", name, size);
  }
  return {};
}

}  // namespace

Result<NodeTypes> infer_types(const Graph& graph, const Bindings& bindings) {
  ASSAY_TRY_VOID(check_bindings(graph, bindings));
  NodeTypes types;
  types.reserve(graph.nodes().size());
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    ASSAY_TRY(TensorType type, type_of(graph, node_id(i), types, bindings));
    types.push_back(type);
  }
  return types;
}

std::vector<std::string> extent_names(const Graph& graph) {
  std::set<std::string> names;
  for (const Node& node : graph.nodes()) {
    for (const Extent& extent : node.shape) {
      if (const auto* name = std::get_if<std::string>(&extent)) names.insert(*name);
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::optional<TensorType>> operand_types(const Node& node, const NodeTypes& types) {
  std::vector<std::optional<TensorType>> found;
  found.reserve(node.operands.size());
  for (const NodeId operand : node.operands) {
    if (operand == kAbsent) {
      found.emplace_back();
    } else {
      found.emplace_back(types[index_of(operand)]);
    }
  }
  return found;
}

std::vector<bool> constant_nodes(const Graph& graph) {
  std::vector<bool> constants;
  constants.reserve(graph.nodes().size());
  for (const Node& node : graph.nodes()) {
    const bool is_constant = std::ranges::all_of(node.operands, [&](NodeId operand) {
      return operand == kAbsent || constants[index_of(operand)];
    });
    constants.push_back(node.kind == NodeKind::kWeight ||
                        (node.kind == NodeKind::kOp && is_constant));
  }
  return constants;
}

Result<std::vector<std::optional<TensorType>>> constant_types(const Graph& graph) {
  const std::vector<bool> constants = constant_nodes(graph);
  NodeTypes types(graph.nodes().size());
  std::vector<std::optional<TensorType>> found(graph.nodes().size());
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!constants[i]) continue;
    ASSAY_TRY(types[i], type_of(graph, node_id(i), types, {}));
    found[i] = types[i];
  }
  return found;
}

}  // namespace assay::graph
