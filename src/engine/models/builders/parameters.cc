// SPDX-License-Identifier: MIT
#include "engine/models/builders/parameters.h"

#include <set>

namespace assay::models {
namespace {

std::set<graph::NodeId> weights_not_learned(const graph::Graph& graph) {
  std::set<graph::NodeId> ids;
  for (const graph::Node& node : graph.nodes()) {
    if (node.op == nullptr) continue;
    if (node.op->name == "batch_norm") ids.insert({node.operands[1], node.operands[2]});
    if (node.op->name == "rotary") ids.insert(node.operands[2]);
  }
  return ids;
}

}  // namespace

std::int64_t parameter_count(const graph::Graph& graph) {
  const std::set<graph::NodeId> others = weights_not_learned(graph);
  std::int64_t sum = 0;
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
    if (others.contains(id)) continue;
    std::int64_t count = 1;
    for (const graph::Extent& extent : graph.node(id).shape) {
      count *= std::get<std::int64_t>(extent);  // A weight's extents are never names.
    }
    sum += count;
  }
  return sum;
}

}  // namespace assay::models
