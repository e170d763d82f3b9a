// SPDX-License-Identifier: MIT
#include "oracle/count/graph_count.h"

#include <algorithm>

namespace assay::oracle {

void add(const OpCount& count, OpCount& sum) {
  sum.products += count.products;
  sum.flops += count.flops;
  sum.weight_bytes += count.weight_bytes;
  sum.read_bytes += count.read_bytes;
  sum.written_bytes += count.written_bytes;
  sum.width = std::max(sum.width, count.width);
}

double GraphCount::unsupported_share() const {
  const auto all = static_cast<double>(nodes.size() + unsupported.size());
  return all > 0 ? static_cast<double>(unsupported.size()) / all : 0;
}

GraphCount count_graph(const graph::Graph& graph, const graph::NodeTypes& types,
                       const CountAssumptions& assumptions) {
  GraphCount result;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    const auto id = static_cast<graph::NodeId>(i);
    if (node.kind == graph::NodeKind::kWeight) {
      double size = static_cast<double>(tensor::size_of(types[i].dtype));
      for (int axis = 0; axis < types[i].shape.rank(); ++axis) {
        size *= static_cast<double>(types[i].shape[axis]);
      }
      result.weight_bytes += size;
    }
    if (node.kind != graph::NodeKind::kOp || node.op->is_view) continue;
    const CountedOp counted = count_op(graph, id, types, assumptions);
    if (!counted.unsupported.empty()) {
      result.unsupported.push_back({id, counted.unsupported});
      continue;
    }
    result.nodes.push_back({id, counted.count});
    add(counted.count, result.sum);
  }
  return result;
}

}  // namespace assay::oracle
