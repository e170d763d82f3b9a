// SPDX-License-Identifier: MIT
#include "engine/graph/passes/qkv.h"

#include <algorithm>
#include <map>
#include <memory>

#include "engine/graph/passes/rewrite.h"

namespace assay::graph {
namespace {

constexpr std::size_t kWeight = 1;

bool is_layer(const Rewrite& graph, NodeId id) {
  return graph.is_op(id, "linear") || graph.is_op(id, "quantised_linear");
}

/// What a layer has a row of for each output: weight, scales, bias. Behind x, before the residual.
std::vector<NodeId> row_operands(const Node& layer) {
  return {layer.operands.begin() + kWeight, layer.operands.end() - 1};
}

/// What merged layers have in common.
struct Key {
  NodeId x;
  std::string_view op;
  DType weight;
  std::vector<bool> has;  ///< Which row operands.
  std::map<std::string, Attribute> attributes;
  auto operator<=>(const Key&) const = default;
};

struct Group {
  std::vector<NodeId> members;  ///< In their order.
  std::int64_t width = 0;       ///< Outputs of all of them.
  NodeId merged = kAbsent;      ///< In the new graph, once the first member was visited.
};

bool can_merge(const Rewrite& graph, NodeId id) {
  if (!is_layer(graph, id) || graph.is_constant(id)) return false;
  const Node& layer = graph.node(id);
  return layer.operands.back() == kAbsent &&
         std::ranges::all_of(row_operands(layer),
                             [&](NodeId operand) { return graph.is_constant(operand); });
}

Key key_of(const Rewrite& graph, NodeId id) {
  const Node& layer = graph.node(id);
  Key key{layer.operands[0],
          layer.op->name,
          graph.type(layer.operands[kWeight]).dtype,
          {},
          layer.attributes.entries()};
  for (const NodeId operand : row_operands(layer))
    key.has.push_back(operand != kAbsent);
  return key;
}

class Merger {
 public:
  explicit Merger(const Rewrite& graph) {
    for (std::size_t i = 0; i < graph.source().nodes().size(); ++i) {
      const NodeId id = node_id(i);
      if (!can_merge(graph, id)) continue;
      Group& group = groups_[key_of(graph, id)];
      const std::int64_t first = group.width;
      if (__builtin_add_overflow(first, width_of(graph, id), &group.width)) {
        group.width = first;
        continue;
      }
      group.members.push_back(id);
      firsts_[id] = first;
    }
  }

  NodeId visit(Rewrite& graph, NodeId visited) {
    const auto first = firsts_.find(visited);
    if (first == firsts_.end()) return kAbsent;
    Group& group = groups_.at(key_of(graph, visited));
    if (group.members.size() < 2) return kAbsent;
    if (group.merged == kAbsent) group.merged = write_merged(graph, group.members);
    return graph.write(
        "slice", {group.merged},
        {{"axis", -1}, {"first", first->second}, {"count", width_of(graph, visited)}},
        graph.node(visited).name);
  }

 private:
  static std::int64_t width_of(const Rewrite& graph, NodeId layer) {
    return graph.type(graph.node(layer).operands[kWeight]).shape[0];
  }

  static NodeId write_merged(Rewrite& graph, const std::vector<NodeId>& members) {
    const Node& first = graph.node(members.front());
    std::vector<NodeId> operands{graph.mapped(first.operands[0])};
    for (std::size_t operand = kWeight; operand + 1 < first.operands.size(); ++operand) {
      std::vector<NodeId> parts;
      for (const NodeId member : members)
        parts.push_back(graph.mapped(graph.node(member).operands[operand]));
      const bool is_there = parts.front() != kAbsent;
      operands.push_back(is_there ? graph.write("concat", std::move(parts), {{"axis", 0}})
                                  : kAbsent);
    }
    return graph.write(first.op->name, std::move(operands), first.attributes, first.name);
  }

  std::map<Key, Group> groups_;
  std::map<NodeId, std::int64_t> firsts_;  ///< A member's first output among the merged ones.
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
