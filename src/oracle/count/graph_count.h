// SPDX-License-Identifier: MIT
// What a whole graph has to do for given sizes. Count the graph as it was written for the traffic
// before fusion, and the graph after the passes for the traffic after it.
#pragma once

#include <string>
#include <vector>

#include "oracle/count/op_count.h"

namespace assay::oracle {

/// Sums, and the larger width.
void add(const OpCount& count, OpCount& sum);

struct CountedNode {
  graph::NodeId node = graph::kAbsent;
  OpCount count;
};

struct Uncounted {
  graph::NodeId node = graph::kAbsent;
  std::string reason;
};

struct GraphCount {
  std::vector<CountedNode> nodes;      ///< Ops that are no views, in order.
  std::vector<Uncounted> unsupported;  ///< With a reason each; not in the sums.
  OpCount sum;                         ///< Of the nodes; its width is the largest.
  double weight_bytes = 0;             ///< Every weight once, however many nodes read it.
  /// Of the ops that are no views, how many have no count.
  double unsupported_share() const;
};

GraphCount count_graph(const graph::Graph& graph, const graph::NodeTypes& types,
                       const CountAssumptions& assumptions = {});

}  // namespace assay::oracle
