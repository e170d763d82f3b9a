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

/// Nothing where `id` is neither an input nor a view of one.
std::optional<PastSource> past_source(const plan::Sketch& sketch, graph::NodeId id) {
  const graph::Node& node = sketch.graph.node(id);
  const tensor::Dims& shape = sketch.types[index_of(id)].shape;
  if (node.kind == graph::NodeKind::kInput) {
    const std::vector<graph::NodeId> inputs = sketch.graph.of_kind(graph::NodeKind::kInput);
    const auto place = std::ranges::find(inputs, id) - inputs.begin();
    return PastSource{.input = static_cast<std::size_t>(place),
                      .placement = {.offset = 0, .strides = tensor::row_major_strides(shape)}};
  }
  if (node.kind != graph::NodeKind::kOp || !node.op->is_view) return std::nullopt;
  std::optional<PastSource> source = past_source(sketch, node.operands[0]);
  if (!source) return std::nullopt;
  const tensor::Dims& base = sketch.types[index_of(node.operands[0])].shape;
  const auto placement = plan::view_of(node, base, source->placement, shape);
  if (!placement) return std::nullopt;
  source->placement = *placement;
  return source;
}

/// Arithmetic and bytes grow by the same with every key that a cache holds: one says it of all.
Result<void> add_growth(const plan::Sketch& sketch, graph::NodeId id, const CostModel& model,
                        CostedKernel& kernel) {
  constexpr std::size_t kPast = 3;  // Of the operands of cached_attention.
  const graph::Node& node = sketch.graph.node(id);
  kernel.past = past_source(sketch, node.operands[kPast]);
  kernel.rows = sketch.types[index_of(node.operands[kPast])].shape[0];
  if (!kernel.past) {
    return Error::user("{}: how full the cache is, is calculated; sim reads it from an input",
                       node.name);
  }
  kernel.of_a_key = model.cost(sketch.graph, id, sketch.types, 1).plus(kernel.cost, -1);
  return {};
}

/// What a step costs, and what its products are of.
Result<CostedKernel> costed_step(const plan::Sketch& sketch, std::size_t index,
                                 const CostModel& model) {
  const plan::SketchedStep& step = sketch.steps[index];
  CostedKernel kernel{.cost = {}, .multiplied = step.type.dtype};
  const auto& operands = sketch.plan.steps[index].operands;
  if (!operands.empty() && operands[0]) kernel.multiplied = operands[0]->type.dtype;
  if (step.is_copy) {
    kernel.cost.bytes = 2 * bytes_of(step.type);  // Read once, written once.
  } else {
    kernel.cost = model.cost(sketch.graph, step.node, sketch.types, 0);
  }
  const bool reads_a_cache =
      !step.is_copy && sketch.graph.node(step.node).op->name == "cached_attention";
  if (reads_a_cache) ASSAY_TRY_VOID(add_growth(sketch, step.node, model, kernel));
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
    ASSAY_TRY(CostedKernel kernel, costed_step(sketch, i, model));
    costed.kernels.push_back(kernel);
    costed.facts.steps.push_back(sketch.plan.steps[i].facts);
  }
  return costed;
}

CostedKernel as_asked(const CostedKernel& kernel, std::span<const tensor::ConstAnyView> inputs) {
  if (!kernel.past) return kernel;
  const auto& [input, placement] = *kernel.past;
  const auto* past = static_cast<const std::int32_t*>(inputs[input].data) + placement.offset;
  double keys = 0;
  for (std::int64_t row = 0; row < kernel.rows; ++row) {
    keys += past[row * placement.strides[0]];
  }
  CostedKernel asked = kernel;
  // A kernel over all rows has as much to do as if each held their mean.
  if (kernel.rows > 0) {
    asked.cost = kernel.cost.plus(kernel.of_a_key, keys / static_cast<double>(kernel.rows));
  }
  return asked;
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
