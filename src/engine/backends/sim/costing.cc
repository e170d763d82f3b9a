// SPDX-License-Identifier: MIT
#include "engine/backends/sim/costing.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/plan/sketch.h"

namespace assay::sim {
namespace {

using tensor::DType;
using tensor::TensorType;

double bytes_of(const TensorType& type) {
  double bytes = static_cast<double>(tensor::size_of(type.dtype));
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    bytes *= static_cast<double>(type.shape[axis]);
  }
  return bytes;
}

/// Fused attention reads heads where they lie, and what only moves elements reads any strides;
/// whatever else is a library call on dense memory.
bool reads_strides(const backend::KernelRequest& request, int /*index*/) {
  return request.node.op->is_view || request.node.op->name == "attention";
}

/// What a step costs, and what its products are of.
CostedKernel costed_step(const plan::Sketch& sketch, std::size_t index, const CostModel& model) {
  const plan::SketchedStep& step = sketch.steps[index];
  CostedKernel kernel{.cost = {}, .multiplied = step.type.dtype};
  const auto& operands = sketch.plan.steps[index].operands;
  if (!operands.empty() && operands[0]) kernel.multiplied = operands[0]->type.dtype;
  if (step.is_copy) {
    kernel.cost.bytes = 2 * bytes_of(step.type);  // Read once, written once.
  } else {
    kernel.cost = model.cost(sketch.graph, step.node, sketch.types);
  }
  return kernel;
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
  ASSAY_TRY(const plan::Sketch sketch,
            plan::sketch_plan(graph, bindings, options,
                              {.lacks = model.lacks, .accepts_strides = reads_strides}));
  CostedPlan costed;
  costed.signature = sketch.plan.signature;
  costed.facts.mode = options.mode;
  costed.facts.fingerprint = sketch.fingerprint;
  costed.facts.passes = sketch.passes;
  costed.facts.arena = sketch.plan.arena.size;
  costed.facts.liveness_bound = sketch.plan.arena.liveness_bound;
  for (std::size_t i = 0; i < sketch.steps.size(); ++i) {
    costed.kernels.push_back(costed_step(sketch, i, model));
    costed.facts.steps.push_back(sketch.plan.steps[i].facts);
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
