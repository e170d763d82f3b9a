// SPDX-License-Identifier: MIT
#include "engine/backends/sim/costing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/plan/plan.h"

namespace assay::sim {
namespace {

using backend::CompileMode;
using backend::KernelRequest;
using tensor::DType;
using tensor::TensorType;

double bytes_of(const TensorType& type) {
  double bytes = static_cast<double>(tensor::size_of(type.dtype));
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    bytes *= static_cast<double>(type.shape[axis]);
  }
  return bytes;
}

/// Read once, written once.
NodeCost copy_cost(const TensorType& type) {
  return {.products = 0, .flops = 0, .bytes = 2 * bytes_of(type)};
}

/// Stands in a plan where a kernel would; the calculating is another device's.
class Placeholder final : public backend::Kernel {
 public:
  Result<void> run(const backend::KernelCall& /*call*/) override {
    return Error::bug("a plan that was made to be costed was run");
  }
  std::string name() const override { return "simulated"; }
};

/// A kernel as the planner asked for it; kept is false for what is no kernel of a run.
struct Planned {
  CostedKernel kernel;
  bool is_kept = true;
};

class CostFactory final : public backend::KernelFactory {
 public:
  CostFactory(const graph::Graph& graph, const graph::NodeTypes& types, const CostModel& model,
              bool folds_constants)
      : graph_(graph), types_(types), model_(model) {
    constant_ =
        folds_constants ? constant_nodes(graph) : std::vector<bool>(graph.nodes().size(), false);
  }

  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& /*operands*/) const override {
    return model_.lacks(node);
  }
  /// Fused attention reads heads where they lie, and what only moves elements reads any strides;
  /// whatever else is a library call on dense memory.
  bool accepts_strides(const KernelRequest& request, int /*index*/) const override {
    return request.node.op->is_view || request.node.op->name == "attention";
  }
  Result<std::unique_ptr<backend::Kernel>> make(const KernelRequest& request) override {
    const auto index = static_cast<std::size_t>(&request.node - graph_.nodes().data());
    ASSAY_CHECK_LT(index, graph_.nodes().size(), "the planner asks for nodes of its graph");
    const bool is_kept = !constant_[index] && !is_view_of_a_weight(request.node);
    for (; copies_ > 0; --copies_) {  // Made for this node: they go where it goes.
      planned_[planned_.size() - copies_].is_kept = is_kept;
    }
    Planned planned{.kernel = {.cost = {}, .multiplied = DType::kF32}, .is_kept = is_kept};
    if (request.node.op->is_view) {
      planned.kernel.cost = copy_cost(request.result);  // It could not be had as a view.
    } else {
      if (const auto lacking = model_.lacks(request.node)) return Error::user("{}", *lacking);
      planned.kernel.cost = model_.cost(graph_, graph::node_id(index), types_);
    }
    if (request.operands[0]) planned.kernel.multiplied = request.operands[0]->type.dtype;
    planned_.push_back(planned);
    return std::unique_ptr<backend::Kernel>(std::make_unique<Placeholder>());
  }
  std::unique_ptr<backend::Kernel> make_copy(const TensorType& type) override {
    planned_.push_back({.kernel = {.cost = copy_cost(type), .multiplied = type.dtype}});
    ++copies_;
    return std::make_unique<Placeholder>();
  }

  /// One a step of the plan, in its order.
  const std::vector<Planned>& planned() const { return planned_; }

 private:
  /// The planner sees weights without memory here, of which it makes no views.
  bool is_view_of_a_weight(const graph::Node& node) const {
    const graph::Node* base = &node;
    while (base->kind == graph::NodeKind::kOp && base->op->is_view) {
      base = &graph_.node(base->operands[0]);
    }
    return base->kind == graph::NodeKind::kWeight;
  }

  const graph::Graph& graph_;
  const graph::NodeTypes& types_;
  const CostModel& model_;
  std::vector<bool> constant_;
  std::vector<Planned> planned_;
  std::size_t copies_ = 0;  ///< At the end of `planned_`, whose node has not been made yet.
};

std::vector<std::string> passes_in_force(const backend::CompileOptions& options) {
  std::vector<std::string> names;
  if (options.mode == CompileMode::kNone) return names;
  for (const graph::Pass& pass : graph::pass_list()) {
    const bool is_on = std::ranges::find(options.passes_off, pass.name) == options.passes_off.end();
    if (is_on) names.emplace_back(pass.name);
  }
  return names;
}

Result<graph::Graph> transformed(const graph::Graph& graph, const graph::Bindings& bindings,
                                 const backend::CompileOptions& options) {
  if (options.mode == CompileMode::kNone) return graph;
  return graph::apply_passes(graph, bindings,
                             {options.passes_off.begin(), options.passes_off.end()});
}

Nanoseconds to_nanoseconds(double seconds) {
  return Nanoseconds(std::llround(seconds * 1e9));
}

double product_rate(const ComputeEngine& engine, DType multiplied) {
  double peak = engine.f32_products_per_second;
  if (multiplied == DType::kF16 || multiplied == DType::kBf16)
    peak = engine.f16_products_per_second;
  if (multiplied == DType::kI8) peak = engine.i8_products_per_second;
  return peak * engine.product_efficiency;
}

}  // namespace

Result<CostedPlan> cost_plan(const graph::Graph& graph, const graph::Bindings& bindings,
                             const backend::CompileOptions& options, const CostModel& model) {
  ASSAY_TRY(const graph::Graph whole, transformed(graph, bindings, options));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(whole, bindings));
  CostFactory factory(whole, types, model, options.mode != CompileMode::kNone);
  ASSAY_TRY(const plan::Plan plan, plan::make_plan(whole, types, {}, factory));
  ASSAY_CHECK_EQ(plan.steps.size(), factory.planned().size(), "a step has one kernel");
  CostedPlan costed;
  costed.signature = plan.signature;
  costed.facts.mode = options.mode;
  costed.facts.fingerprint = fingerprint(whole);
  costed.facts.passes = passes_in_force(options);
  costed.facts.arena = plan.arena.size;
  costed.facts.liveness_bound = plan.arena.liveness_bound;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (!factory.planned()[i].is_kept) continue;
    costed.kernels.push_back(factory.planned()[i].kernel);
    costed.facts.steps.push_back(plan.steps[i].facts);
  }
  return costed;
}

std::string_view to_text(Bound bound) {
  constexpr std::array<std::string_view, 3> kNames{"products", "vector", "memory"};
  return kNames[static_cast<std::size_t>(bound)];
}

KernelTime time_of(const CostedKernel& kernel, const ComputeEngine& engine) {
  const double rest = std::max(0.0, kernel.cost.flops - kernel.cost.products);
  const std::array<double, 3> seconds{
      kernel.cost.products / product_rate(engine, kernel.multiplied),
      rest / engine.vector_flops_per_second,
      kernel.cost.bytes / (engine.memory_bytes_per_second * engine.memory_efficiency)};
  const auto longest = std::ranges::max_element(seconds);
  return {.time = to_nanoseconds(*longest), .bound = static_cast<Bound>(longest - seconds.begin())};
}

Nanoseconds time_of(const CostedKernel& kernel, const HostWorker& worker) {
  return to_nanoseconds(std::max(kernel.cost.flops / worker.flops_per_second,
                                 kernel.cost.bytes / worker.memory_bytes_per_second));
}

Nanoseconds copy_time(Bytes size, double bytes_per_second, Nanoseconds latency) {
  return latency + to_nanoseconds(static_cast<double>(size.count()) / bytes_per_second);
}

}  // namespace assay::sim
