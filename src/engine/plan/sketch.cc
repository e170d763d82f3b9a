// SPDX-License-Identifier: MIT
#include "engine/plan/sketch.h"

#include <algorithm>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/pass_list.h"

namespace assay::plan {
namespace {

using backend::CompileMode;
using backend::KernelRequest;
using graph::Graph;
using graph::Node;
using graph::NodeId;
using graph::NodeKind;
using tensor::TensorType;

/// Stands in a plan where a kernel would.
class Placeholder final : public backend::Kernel {
 public:
  Result<void> run(const backend::KernelCall& /*call*/) override {
    return Error::bug("a plan that was only sketched was run");
  }
  std::string name() const override { return "simulated"; }
};

/// Notes what the planner asks for, in the order of its steps.
class SketchFactory final : public backend::KernelFactory {
 public:
  SketchFactory(const Graph& graph, const SketchRules& rules) : graph_(graph), rules_(rules) {}

  std::optional<std::string> lacks(const Node& node,
                                   const graph::OperandTypes& /*operands*/) const override {
    return rules_.lacks(node);
  }
  bool accepts_strides(const KernelRequest& request, int index) const override {
    return rules_.accepts_strides(request, index);
  }
  Result<std::unique_ptr<backend::Kernel>> make(const KernelRequest& request) override {
    const auto index = static_cast<std::size_t>(&request.node - graph_.nodes().data());
    ASSAY_CHECK_LT(index, graph_.nodes().size(), "the planner asks for nodes of its graph");
    const bool is_copy = request.node.op->is_view;  // It could not be had as a view.
    if (!is_copy) {
      if (const auto lacking = rules_.lacks(request.node)) return Error::user("{}", *lacking);
    }
    steps_.push_back({.node = graph::node_id(index), .type = request.result, .is_copy = is_copy});
    return std::unique_ptr<backend::Kernel>(std::make_unique<Placeholder>());
  }
  std::unique_ptr<backend::Kernel> make_copy(const TensorType& type) override {
    steps_.push_back({.node = graph::kAbsent, .type = type, .is_copy = true});
    return std::make_unique<Placeholder>();
  }

  std::vector<SketchedStep> take_steps() { return std::move(steps_); }

 private:
  const Graph& graph_;
  const SketchRules& rules_;
  std::vector<SketchedStep> steps_;
};

/// Which ops a load calculates once. In mode none those are run like all others, but a view of a
/// weight is no work there either.
std::vector<bool> settled_nodes(const Graph& graph, CompileMode mode) {
  std::vector<bool> settled = constant_nodes(graph);
  if (mode != CompileMode::kNone) return settled;
  for (std::size_t i = 0; i < settled.size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (node.kind != NodeKind::kOp) continue;
    settled[i] = node.op->is_view && settled[index_of(node.operands[0])];
  }
  return settled;
}

/// `graph` with what is settled as weights, of which only those that something reads are kept.
Result<Graph> with_settled_weights(const Graph& graph, const graph::NodeTypes& types,
                                   const std::vector<bool>& settled) {
  std::vector<bool> is_read(graph.nodes().size(), false);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    is_read[i] = is_read[i] || !settled[i];
    if (settled[i]) continue;
    for (const NodeId operand : node.operands) {
      if (operand != graph::kAbsent) is_read[index_of(operand)] = true;
    }
  }
  for (const graph::Output& output : graph.outputs())
    is_read[index_of(output.node)] = true;
  Graph result;
  std::vector<NodeId> mapped(graph.nodes().size(), graph::kAbsent);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_read[i]) continue;
    Node node = graph.nodes()[i];
    if (node.kind == NodeKind::kOp && settled[i]) {
      mapped[i] = result.weight(format("settled.{}", i), types[i]);
      continue;
    }
    for (NodeId& operand : node.operands) {
      if (operand != graph::kAbsent) operand = mapped[index_of(operand)];
    }
    ASSAY_TRY(mapped[i], result.append(std::move(node)));
  }
  for (const graph::Output& output : graph.outputs()) {
    ASSAY_TRY_VOID(result.append_output({output.name, mapped[index_of(output.node)]}));
  }
  return result;
}

std::vector<std::string> passes_in_force(const backend::CompileOptions& options) {
  std::vector<std::string> names;
  if (options.mode == CompileMode::kNone) return names;
  for (const graph::Pass& pass : graph::pass_list()) {
    const bool is_on = std::ranges::find(options.passes_off, pass.name) == options.passes_off.end();
    if (is_on) names.emplace_back(pass.name);
  }
  return names;
}

Result<Graph> transformed(const Graph& graph, const graph::Bindings& bindings,
                          const backend::CompileOptions& options) {
  if (options.mode == CompileMode::kNone) return graph;
  return graph::apply_passes(graph, bindings,
                             {options.passes_off.begin(), options.passes_off.end()});
}

}  // namespace

Result<Sketch> sketch_plan(const Graph& graph, const graph::Bindings& bindings,
                           const backend::CompileOptions& options, const SketchRules& rules) {
  ASSAY_TRY(const Graph whole, transformed(graph, bindings, options));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(whole, bindings));
  Sketch sketch;
  sketch.fingerprint = fingerprint(whole);
  sketch.passes = passes_in_force(options);
  ASSAY_TRY(sketch.graph, with_settled_weights(whole, types, settled_nodes(whole, options.mode)));
  ASSAY_TRY(sketch.types, infer_types(sketch.graph, bindings));
  SketchFactory factory(sketch.graph, rules);
  ASSAY_TRY(sketch.plan, make_plan(sketch.graph, sketch.types, {}, factory));
  sketch.steps = factory.take_steps();
  ASSAY_CHECK_EQ(sketch.plan.steps.size(), sketch.steps.size(), "a step has one kernel");
  return sketch;
}

}  // namespace assay::plan
