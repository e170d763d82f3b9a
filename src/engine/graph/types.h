// SPDX-License-Identifier: MIT
// The type of every node, once the names of extents are bound to sizes.
//
//   ASSAY_TRY(NodeTypes types, infer_types(graph, {{"batch", 8}}));
//   types[index_of(node)].shape
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace assay::graph {

using Bindings = std::map<std::string, std::int64_t>;
using NodeTypes = std::vector<TensorType>;

/// Runs infer_and_validate of every op. An error names the node; a name that is not bound, or bound
/// and not used, is one too.
Result<NodeTypes> infer_types(const Graph& graph, const Bindings& bindings);
/// Names of extents that inputs and states use, in order.
std::vector<std::string> extent_names(const Graph& graph);
/// Which nodes are weights, or are calculated from weights alone.
std::vector<bool> constant_nodes(const Graph& graph);
/// The types of those nodes, which no binding changes.
Result<std::vector<std::optional<TensorType>>> constant_types(const Graph& graph);
/// The types of a node's operands, for infer_and_validate and for whoever calculates it.
std::vector<std::optional<TensorType>> operand_types(const Node& node, const NodeTypes& types);

}  // namespace assay::graph
