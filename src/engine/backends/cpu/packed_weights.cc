// SPDX-License-Identifier: MIT
#include "engine/backends/cpu/packed_weights.h"

#include <set>

#include "engine/kernels/cpu/dynamic_linear.h"

namespace assay::cpu {
namespace {

using graph::Node;
using graph::NodeKind;
using tensor::HostTensor;

/// A product that packed_linear or dynamic_linear calculates.
bool is_product(const graph::Graph& graph, const Node& node) {
  if (node.kind != NodeKind::kOp) return false;
  if (node.op->name != "quantised_linear") return node.op->name == "linear";
  if (node.attributes.text("mode") != "dynamic") return true;
  const graph::Extent& depth = graph.node(node.operands[1]).shape.back();  // Weights have sizes.
  return std::get<std::int64_t>(depth) <= kernels::kDynamicDepthMax;
}

/// Operand `index` of `node` can be read from the packed form.
bool reads_packed(const graph::Graph& graph, const Node& node, std::size_t index) {
  if (index == 0) return node.op->name == "embedding";
  return index == 1 && is_product(graph, node);
}

}  // namespace

Result<void> PackedWeights::adopt(const graph::Graph& graph, graph::Weights& weights) {
  std::set<graph::NodeId> multiplied;
  std::set<graph::NodeId> needed_as_is;
  for (const Node& node : graph.nodes()) {
    for (std::size_t i = 0; i < node.operands.size(); ++i) {
      const graph::NodeId operand = node.operands[i];
      if (operand == graph::kAbsent || graph.node(operand).kind != NodeKind::kWeight) continue;
      if (i == 1 && is_product(graph, node)) multiplied.insert(operand);
      if (!reads_packed(graph, node, i)) needed_as_is.insert(operand);
    }
  }
  for (const graph::Output& output : graph.outputs()) {
    needed_as_is.insert(output.node);
  }
  for (const graph::NodeId id : multiplied) {
    const std::string& name = graph.node(id).name;
    if (packed_.contains(name)) continue;
    ASSAY_TRY(const HostTensor* weight, weights.find(name));
    if (!kernels::is_packable(weight->type().dtype)) continue;
    ASSAY_TRY_VOID(pack(name, *weight));
    if (!needed_as_is.contains(id)) weights.drop(name);
  }
  return {};
}

Result<void> PackedWeights::pack(const std::string& name, const HostTensor& weight) {
  const tensor::DType stored = weight.type().dtype;
  const std::int64_t n = weight.type().shape[0];
  const std::int64_t k = weight.type().shape[1];
  const std::int64_t bytes = kernels::packed_weight_bytes(stored, n, k);
  Packed packed;
  ASSAY_TRY(packed.memory, HostTensor::create({tensor::DType::kU8, {bytes}}));
  kernels::pack_weight(weight.view(), stored, packed.memory.bytes());
  packed.weight = {
      .data = packed.memory.bytes().data(), .stored = stored, .n = n, .k = k, .scales = nullptr};
  packed_.insert_or_assign(name, std::move(packed));
  return {};
}

const kernels::PackedWeight* PackedWeights::find(const std::string& weight) const {
  const auto packed = packed_.find(weight);
  return packed == packed_.end() ? nullptr : &packed->second.weight;
}

Bytes PackedWeights::size() const {
  Bytes sum;
  for (const auto& [name, packed] : packed_) {
    sum = sum + packed.memory.size();
  }
  return sum;
}

}  // namespace assay::cpu
