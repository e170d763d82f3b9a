// SPDX-License-Identifier: MIT
#include "engine/graph/passes/qkv.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

constexpr std::size_t kWeight = 1;
constexpr std::size_t kBias = 2;
constexpr std::size_t kResidual = 3;

/// What merged linears have in common.
using Key = std::tuple<NodeId, DType, bool, std::string>;

struct Group {
  std::vector<NodeId> members;  ///< In their order.
  NodeId merged = kAbsent;      ///< In the new graph, once the first member was visited.
};

bool can_merge(const Rewrite& graph, NodeId id) {
  if (!graph.is_op(id, "linear") || graph.is_constant(id)) return false;
  const Node& node = graph.node(id);
  return node.operands[kResidual] == kAbsent && graph.is_constant(node.operands[kWeight]) &&
         graph.is_constant(node.operands[kBias]);
}

Key key_of(const Rewrite& graph, NodeId id) {
  const Node& node = graph.node(id);
  return {node.operands[0], graph.type(node.operands[kWeight]).dtype,
          node.operands[kBias] != kAbsent, node.attributes.text("activation")};
}

class Merger {
 public:
  explicit Merger(const Rewrite& graph) {
    for (std::size_t i = 0; i < graph.source().nodes().size(); ++i) {
      const NodeId id = node_id(i);
      if (can_merge(graph, id)) groups_[key_of(graph, id)].members.push_back(id);
    }
  }

  NodeId visit(Rewrite& graph, NodeId visited) {
    if (!can_merge(graph, visited)) return kAbsent;
    Group& group = groups_.at(key_of(graph, visited));
    if (group.members.size() < 2) return kAbsent;
    if (group.merged == kAbsent) group.merged = write_merged(graph, group.members);
    std::int64_t first = 0;
    for (const NodeId member : group.members) {
      const std::int64_t width = graph.type(graph.node(member).operands[kWeight]).shape[0];
      if (member == visited) {
        return graph.write("slice", {group.merged},
                           {{"axis", -1}, {"first", first}, {"count", width}},
                           graph.node(visited).name);
      }
      first += width;
    }
    ASSAY_CHECK(false, "a member is among the members of its group");
    return kAbsent;
  }

 private:
  static NodeId write_merged(Rewrite& graph, const std::vector<NodeId>& members) {
    const Node& first = graph.node(members.front());
    const auto joined = [&](std::size_t operand) {
      std::vector<NodeId> parts;
      for (const NodeId member : members)
        parts.push_back(graph.mapped(graph.node(member).operands[operand]));
      return graph.write("concat", std::move(parts), {{"axis", 0}});
    };
    const NodeId bias = first.operands[kBias] == kAbsent ? kAbsent : joined(kBias);
    return graph.write("linear", {graph.mapped(first.operands[0]), joined(kWeight), bias},
                       {{"activation", first.attributes.text("activation")}}, first.name);
  }

  std::map<Key, Group> groups_;
};

}  // namespace

Result<Graph> qkv_pass(const Graph& graph, const Bindings& bindings) {
  return rewrite(graph, bindings, [](const Rewrite& round) {
    return Rule([merger = std::make_shared<Merger>(round)](Rewrite& rewrite, NodeId visited) {
      return merger->visit(rewrite, visited);
    });
  });
}

}  // namespace assay::graph
