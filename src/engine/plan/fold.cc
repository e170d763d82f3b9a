// SPDX-License-Identifier: MIT
#include "engine/plan/fold.h"

#include <array>
#include <map>
#include <set>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/rewrite.h"
#include "engine/plan/planned_executable.h"

namespace assay::plan {
namespace {

using graph::Graph;
using graph::kAbsent;
using graph::Node;
using graph::NodeId;
using graph::NodeKind;
using tensor::HostTensor;
using tensor::TensorType;

/// Ops on weights whose result something not constant reads: what has to be calculated.
std::set<std::size_t> roots_of(const Graph& graph, const std::vector<bool>& is_constant) {
  std::set<std::size_t> roots;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (is_constant[i]) continue;
    for (const NodeId operand : graph.nodes()[i].operands) {
      if (operand != kAbsent && is_constant[index_of(operand)]) roots.insert(index_of(operand));
    }
  }
  for (const graph::Output& output : graph.outputs()) {
    if (is_constant[index_of(output.node)]) roots.insert(index_of(output.node));
  }
  std::erase_if(roots, [&](std::size_t i) { return graph.nodes()[i].kind != NodeKind::kOp; });
  return roots;
}

Node with_moved_operands(Node node, const std::vector<NodeId>& moved) {
  for (NodeId& operand : node.operands) {
    if (operand != kAbsent) operand = moved[index_of(operand)];
  }
  return node;
}

backend::ExecutableFacts eager_facts() {
  backend::ExecutableFacts facts;
  facts.mode = backend::CompileMode::kNone;
  return facts;
}

/// The part of a graph that `root` needs, with it as the only output.
Result<Graph> cut_out(const Graph& graph, NodeId root) {
  Graph part;
  std::vector<NodeId> moved(graph.nodes().size(), kAbsent);
  std::vector<bool> is_needed(graph.nodes().size());
  is_needed[index_of(root)] = true;
  for (std::size_t i = index_of(root) + 1; i-- > 0;) {
    if (!is_needed[i]) continue;
    for (const NodeId operand : graph.nodes()[i].operands) {
      if (operand != kAbsent) is_needed[index_of(operand)] = true;
    }
  }
  for (std::size_t i = 0; i <= index_of(root); ++i) {
    if (!is_needed[i]) continue;
    ASSAY_TRY(moved[i], part.append(with_moved_operands(graph.nodes()[i], moved)));
  }
  ASSAY_TRY_VOID(part.append_output({.name = "folded", .node = moved[index_of(root)]}));
  return part;
}

Result<HostTensor> calculate(const Graph& part, const graph::Weights& weights,
                             backend::KernelFactory& factory) {
  ASSAY_TRY_VOID(check_weights(part, weights));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(part, {}));
  ASSAY_TRY(Plan plan, make_plan(part, types, weights, factory));
  ASSAY_TRY(HostTensor result, HostTensor::create(plan.signature.outputs.front().second));
  ASSAY_TRY(const auto executable, PlannedExecutable::create(std::move(plan), eager_facts(), {}));
  const std::array<tensor::AnyView, 1> outputs{result.view()};
  ASSAY_TRY_VOID(executable->run({.inputs = {}, .states = {}, .outputs = outputs}));
  return result;
}

void drop_unneeded(const Graph& graph, graph::Weights& weights) {
  std::set<std::string> needed;
  for (const NodeId id : graph.of_kind(NodeKind::kWeight)) {
    needed.insert(graph.node(id).name);
  }
  std::vector<std::string> unneeded;
  for (const auto& [name, tensor] : weights.entries()) {
    if (!needed.contains(name)) unneeded.push_back(name);
  }
  for (const std::string& name : unneeded) {
    weights.drop(name);
  }
}

}  // namespace

Result<Graph> fold_constants(const Graph& graph, graph::Weights& weights,
                             backend::KernelFactory& factory) {
  const std::set<std::size_t> roots = roots_of(graph, graph::constant_nodes(graph));
  Graph folded;
  std::map<std::string, NodeId> made;
  std::vector<NodeId> moved(graph.nodes().size(), kAbsent);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!roots.contains(i)) {
      ASSAY_TRY(moved[i], folded.append(with_moved_operands(graph.nodes()[i], moved)));
      continue;
    }
    ASSAY_TRY(const Graph part, cut_out(graph, static_cast<NodeId>(i)));
    const std::string name = format("folded:{}", fingerprint(part));
    if (!weights.entries().contains(name) && !factory.has_adopted(name)) {
      ASSAY_TRY(
          HostTensor tensor,
          calculate(part, weights, factory).context("while folding {}", graph.nodes()[i].name));
      ASSAY_TRY_VOID(weights.add(name, std::move(tensor)));
    }
    ASSAY_TRY(const graph::NodeTypes types, infer_types(part, {}));
    const TensorType& type = types[index_of(part.outputs().front().node)];
    if (!made.contains(name)) made[name] = folded.weight(name, type);
    moved[i] = made[name];
  }
  for (const graph::Output& output : graph.outputs()) {
    ASSAY_TRY_VOID(folded.append_output({output.name, moved[index_of(output.node)]}));
  }
  Graph needed = graph::without_unused(folded);
  drop_unneeded(needed, weights);
  return needed;
}

}  // namespace assay::plan
