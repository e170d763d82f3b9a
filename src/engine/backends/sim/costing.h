// SPDX-License-Identifier: MIT
// Which kernels an accelerator would run for a graph, and how long each takes. The plan is made as
// for any backend, by kernels that calculate nothing: the copies it puts in are those that dense
// library kernels need.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/backend/device.h"
#include "engine/backends/sim/sim_profile.h"
#include "engine/plan/views.h"

namespace assay::sim {

/// What one node has to do, whatever does it.
struct NodeCost {
  double products = 0;  ///< Flops of matrix products.
  double flops = 0;     ///< Products and all the rest.
  double bytes = 0;     ///< Read and written.

  /// With `times` as much of another on top.
  NodeCost plus(const NodeCost& more, double times) const {
    return {products + times * more.products, flops + times * more.flops,
            bytes + times * more.bytes};
  }
};

/// How nodes are counted: handed in, because counting is not the engine's.
struct CostModel {
  /// Why ops of this kind cannot be counted; nothing if they can.
  std::function<std::optional<std::string>(const graph::Node&)> lacks;
  /// `past`: keys that every row of a cache holds already; only attention over a cache asks.
  std::function<NodeCost(const graph::Graph&, graph::NodeId, const graph::NodeTypes&,
                         std::int64_t past)>
      cost;
};

/// Where a run says how many keys each row of a cache holds: an input, or a view of one.
struct PastSource {
  std::size_t input = 0;
  plan::Placement placement;
};

struct CostedKernel {
  NodeCost cost;                                   ///< With caches empty.
  tensor::DType multiplied = tensor::DType::kF32;  ///< What its products are of.
  NodeCost of_a_key = {};               ///< On top, for every key that all rows of its cache hold.
  std::optional<PastSource> past = {};  ///< None: it reads no cache.
  std::int64_t rows = 0;                ///< Of its cache.
};

/// The kernel as it is for the arguments of a run: its cache as full as they say.
CostedKernel as_asked(const CostedKernel& kernel, std::span<const tensor::ConstAnyView> inputs);

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
