// SPDX-License-Identifier: MIT
// A plan without weights and without kernels that calculate: which steps a backend would take for a
// graph, and where their results would stand. For whoever simulates or predicts.
//
//   ASSAY_TRY(Sketch sketch, sketch_plan(graph, {{"batch", 8}}, options, rules));
//   sketch.plan.steps[i], sketch.steps[i].node
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace assay::plan {

/// What of a backend decides its plan.
struct SketchRules {
  /// Why there is no step for ops of this kind; nothing if there is.
  std::function<std::optional<std::string>(const graph::Node&)> lacks;
  std::function<bool(const backend::KernelRequest&, int)> accepts_strides;
};

struct SketchedStep {
  graph::NodeId node = graph::kAbsent;  ///< Of the sketch's graph; absent for a copy put in.
  tensor::TensorType type;              ///< Of the result.
  bool is_copy = false;                 ///< Only moves elements: a copy put in, or a view made one.
};

struct Sketch {
  std::string fingerprint;          ///< Of the graph after the passes.
  std::vector<std::string> passes;  ///< In force.
  /// After the passes; what depends on weights alone has become a weight, as a load does it.
  graph::Graph graph;
  graph::NodeTypes types;
  Plan plan;
  std::vector<SketchedStep> steps;  ///< One a step of the plan, in its order.
};

/// In mode none the graph as it was written. A user error where the rules lack an op.
Result<Sketch> sketch_plan(const graph::Graph& graph, const graph::Bindings& bindings,
                           const backend::CompileOptions& options, const SketchRules& rules);

}  // namespace assay::plan
