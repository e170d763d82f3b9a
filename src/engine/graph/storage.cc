// SPDX-License-Identifier: MIT
#include "engine/graph/storage.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/nearest.h"
#include "engine/graph/types.h"

namespace assay::graph {
namespace {

Result<void> check_storage(const WeightStorage& storage) {
  static const std::array<std::string, 4> dtypes{"f32", "f16", "bf16", "i8"};
  static const std::array<std::string, 2> modes{"weight_only", "dynamic"};
  const std::string dtype(to_text(storage.dtype));
  if (std::ranges::find(dtypes, dtype) == dtypes.end()) {
    return Error::user("{}", unknown_name("storage of weights", dtype, dtypes));
  }
  if (std::ranges::find(modes, storage.mode) == modes.end()) {
    return Error::user("{}", unknown_name("mode", storage.mode, modes));
  }
  return {};
}

bool is_op(const Node& node, std::string_view name) {
  return node.kind == NodeKind::kOp && node.op->name == name;
}

/// The operand that a product or an embedding takes its weight from; -1 for other ops.
int weight_operand(const Node& node) {
  if (is_op(node, "linear")) return 1;
  return is_op(node, "embedding") ? 0 : -1;
}

/// Which nodes are weights that can be stored otherwise.
Result<std::vector<bool>> storable_nodes(const Graph& graph) {
  ASSAY_TRY(const auto types, constant_types(graph));
  std::vector<bool> storable;
  for (const auto& type : types)
    storable.push_back(type && type->dtype == DType::kF32 && type->shape.rank() == 2);
  for (const Node& node : graph.nodes()) {
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const bool is_weight = static_cast<int>(i) == weight_operand(node);
      if (node.operands[i] != kAbsent && !is_weight) storable[index_of(node.operands[i])] = false;
    }
  }
  for (const Output& output : graph.outputs())
    storable[index_of(output.node)] = false;
  return storable;
}

class Storing {
 public:
  Storing(const Graph& graph, const WeightStorage& storage, std::vector<bool> storable)
      : graph_(graph),
        storage_(storage),
        storable_(std::move(storable)),
        constants_(constant_nodes(graph)) {}

  Result<Graph> run() {
    for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
      ASSAY_TRY(const NodeId id, target_.append(stored(node_id(i))));
      mapped_.push_back(id);
    }
    for (const Output& output : graph_.outputs())
      target_.output(output.name, mapped_[index_of(output.node)]);
    return target_;
  }

 private:
  Node stored(NodeId id) {
    Node node = graph_.node(id);
    const int place = weight_operand(node);
    const NodeId weight = place < 0 ? kAbsent : node.operands[static_cast<std::size_t>(place)];
    for (NodeId& operand : node.operands) {
      if (operand != kAbsent) operand = mapped_[index_of(operand)];
    }
    const bool is_stored =
        weight != kAbsent && storable_[index_of(weight)] && !constants_[index_of(id)];
    if (!is_stored) return node;
    if (storage_.dtype != DType::kI8) {
      node.operands[static_cast<std::size_t>(place)] = rounded(weight);
    } else if (is_op(node, "linear")) {
      quantise(node, weight);
    }
    return node;
  }

  NodeId rounded(NodeId weight) {
    NodeId& made = weights_.try_emplace(weight, kAbsent).first->second;
    if (made == kAbsent) {
      made = target_.op("cast", {mapped_[index_of(weight)]},
                        {{"dtype", std::string(to_text(storage_.dtype))}});
    }
    return made;
  }

  void quantise(Node& linear, NodeId weight) {
    NodeId& made = weights_.try_emplace(weight, kAbsent).first->second;
    NodeId& scales = scales_.try_emplace(weight, kAbsent).first->second;
    if (made == kAbsent) {
      const NodeId old = mapped_[index_of(weight)];
      scales = target_.op("row_scales", {old});
      made = target_.op("quantise_rows", {old, scales});
    }
    linear.op = *find_op("quantised_linear");
    linear.operands = {linear.operands[0], made, scales, linear.operands[2], linear.operands[3]};
    linear.attributes.set("mode", storage_.mode);
  }

  const Graph& graph_;
  const WeightStorage& storage_;
  const std::vector<bool> storable_;
  const std::vector<bool> constants_;
  Graph target_;
  std::vector<NodeId> mapped_;
  std::map<NodeId, NodeId> weights_;  ///< What stands for an old weight: shared by its users.
  std::map<NodeId, NodeId> scales_;
};

}  // namespace

Result<Graph> with_weight_storage(const Graph& graph, const WeightStorage& storage) {
  ASSAY_TRY_VOID(check_storage(storage));
  if (storage.dtype == DType::kF32) return graph;
  ASSAY_TRY(std::vector<bool> storable, storable_nodes(graph));
  return Storing(graph, storage, std::move(storable)).run();
}

}  // namespace assay::graph
