// SPDX-License-Identifier: MIT
#include "engine/plan/planned_model.h"

#include <algorithm>
#include <set>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/plan/fold.h"
#include "engine/plan/planned_executable.h"

namespace assay::plan {
namespace {

using backend::CompileMode;

/// What every executable of a model shares.
struct Shared {
  graph::Graph graph;  ///< As it was loaded.
  backend::CompileOptions options;
  std::unique_ptr<backend::KernelFactory> factory;
  graph::Weights weights;  ///< That kernels read as they are.
};

class PlannedModel : public backend::LoadedModel {
 public:
  explicit PlannedModel(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  Result<std::unique_ptr<backend::Executable>> prepare(const graph::Bindings& bindings) override {
    ASSAY_TRY(const graph::Graph graph, transformed(bindings));
    ASSAY_TRY_VOID(shared_->factory->adopt(graph, shared_->weights));
    ASSAY_TRY(const graph::NodeTypes types, infer_types(graph, bindings));
    ASSAY_TRY(Plan plan, make_plan(graph, types, shared_->weights, *shared_->factory));
    backend::ExecutableFacts facts = facts_of(graph, plan);
    return PlannedExecutable::create(std::move(plan), std::move(facts), shared_);
  }

  Bytes weight_bytes() const override {
    return shared_->weights.size() + shared_->factory->adopted_bytes();
  }

 private:
  /// Nothing is changed for `none`: the graph runs as it was written.
  Result<graph::Graph> transformed(const graph::Bindings& bindings) {
    if (shared_->options.mode == CompileMode::kNone) return shared_->graph;
    const std::set<std::string> off(shared_->options.passes_off.begin(),
                                    shared_->options.passes_off.end());
    ASSAY_TRY(const graph::Graph graph, graph::apply_passes(shared_->graph, bindings, off));
    return fold_constants(graph, shared_->weights, *shared_->factory);
  }

  backend::ExecutableFacts facts_of(const graph::Graph& graph, const Plan& plan) const {
    backend::ExecutableFacts facts;
    facts.mode = shared_->options.mode;
    facts.fingerprint = fingerprint(graph);
    for (const graph::Pass& pass : graph::pass_list()) {
      const auto& off = shared_->options.passes_off;
      const bool is_on = std::ranges::find(off, pass.name) == off.end();
      if (facts.mode != CompileMode::kNone && is_on) facts.passes.emplace_back(pass.name);
    }
    facts.weights = weight_bytes();
    for (const Step& step : plan.steps) {
      facts.steps.push_back(step.facts);
      facts.weights = facts.weights + step.kernel->held();
    }
    facts.arena = plan.arena.size;
    facts.liveness_bound = plan.arena.liveness_bound;
    facts.remarks = shared_->factory->remarks();
    return facts;
  }

  std::shared_ptr<Shared> shared_;
};

}  // namespace

Result<std::unique_ptr<backend::LoadedModel>> load_model(
    const graph::Graph& graph, const graph::Weights& weights,
    const backend::CompileOptions& options, std::unique_ptr<backend::KernelFactory> factory) {
  ASSAY_TRY_VOID(check_weights(graph, weights));
  auto shared = std::make_shared<Shared>(Shared{
      .graph = graph, .options = options, .factory = std::move(factory), .weights = weights});
  return std::unique_ptr<backend::LoadedModel>(std::make_unique<PlannedModel>(std::move(shared)));
}

}  // namespace assay::plan
