// SPDX-License-Identifier: MIT
// How a pass changes a graph: it writes another. Nodes are visited in their order, constants first;
// for each op the pass's rule either writes what replaces it or lets it be copied. Patterns are
// read off the old graph, so that a rule never sees half of a change. The rule is applied again and
// again until it finds nothing; then what nobody uses is left out.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "engine/graph/types.h"

namespace assay::graph {

class Rewrite {
 public:
  Rewrite(const Graph& source, NodeTypes types);

  // The old graph. Absent operands may be asked about: they are no op and not used.
  const Node& node(NodeId id) const { return source_.node(id); }
  const TensorType& type(NodeId id) const { return types_[index_of(id)]; }
  bool is_op(NodeId id, std::string_view name) const;
  /// How often operands and outputs name it.
  int uses(NodeId id) const { return id == kAbsent ? 0 : uses_[index_of(id)]; }
  bool is_output(NodeId id) const { return is_output_[index_of(id)]; }
  bool is_constant(NodeId id) const { return id == kAbsent || constants_[index_of(id)]; }
  const Graph& source() const { return source_; }

  // The new graph.
  /// What stands for an old node that was already visited: an operand of the visited one, or any
  /// constant. Absent stays absent.
  NodeId mapped(NodeId old) const;
  const Node& written(NodeId fresh) const { return target_.node(fresh); }
  NodeId write(std::string_view op, std::vector<NodeId> operands, Attributes attributes = {},
               std::string_view name = {});

 private:
  friend class Rewriter;
  const Graph& source_;
  NodeTypes types_;
  std::vector<int> uses_;
  std::vector<bool> is_output_;
  std::vector<bool> constants_;
  std::vector<NodeId> mapped_;
  Graph target_;
};

/// Writes what replaces an op of the old graph, or returns kAbsent to have it copied.
using Rule = std::function<NodeId(Rewrite& rewrite, NodeId visited)>;

/// Inputs, states and outputs stay, with their names. `make_rule` is asked for the rule of each
/// round, so that it can look at the round's graph first. What comes out calculates the same as
/// `graph` for these bindings.
Result<Graph> rewrite(const Graph& graph, const Bindings& bindings,
                      const std::function<Rule(const Rewrite&)>& make_rule);

/// Without the ops and weights that no output needs. Ops that change a state are needed.
Graph without_unused(const Graph& graph);

}  // namespace assay::graph
