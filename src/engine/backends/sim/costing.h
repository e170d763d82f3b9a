// SPDX-License-Identifier: MIT
// Which kernels an accelerator would run for a graph, and how long each takes. The plan is made as
// for any backend, by kernels that calculate nothing: the copies it puts in are those that dense
// library kernels need.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/backend/device.h"
#include "engine/backends/sim/sim_profile.h"

namespace assay::sim {

/// What one node has to do, whatever does it.
struct NodeCost {
  double products = 0;  ///< Flops of matrix products.
  double flops = 0;     ///< Products and all the rest.
  double bytes = 0;     ///< Read and written.
};

/// How nodes are counted: handed in, because counting is not the engine's.
struct CostModel {
  /// Why ops of this kind cannot be counted; nothing if they can.
  std::function<std::optional<std::string>(const graph::Node&)> lacks;
  std::function<NodeCost(const graph::Graph&, graph::NodeId, const graph::NodeTypes&)> cost;
};

struct CostedKernel {
  NodeCost cost;
  tensor::DType multiplied = tensor::DType::kF32;  ///< What its products are of.
};

struct CostedPlan {
  std::vector<CostedKernel> kernels;  ///< In order, as long as facts.steps.
  backend::ExecutableFacts facts;     ///< Weights are the caller's to add.
  backend::Signature signature;
};

/// In mode none the graph as it was written; else after the passes, without what depends on weights
/// alone, which a load calculates once.
Result<CostedPlan> cost_plan(const graph::Graph& graph, const graph::Bindings& bindings,
                             const backend::CompileOptions& options, const CostModel& model);

/// What a kernel is bound by.
enum class Bound : std::uint8_t { kProducts, kVector, kMemory };
std::string_view to_text(Bound bound);

struct KernelTime {
  Nanoseconds time{0};  ///< Without what every kernel takes.
  Bound bound = Bound::kMemory;
};
KernelTime time_of(const CostedKernel& kernel, const ComputeEngine& engine);
/// By one worker of the host.
Nanoseconds time_of(const CostedKernel& kernel, const HostWorker& worker);
/// Of a copy, by a copy engine of the rate.
Nanoseconds copy_time(Bytes size, double bytes_per_second, Nanoseconds latency);

}  // namespace assay::sim
