// SPDX-License-Identifier: MIT
// For the tests of the simulated device: a profile of round numbers, costs that count one flop and
// one byte an element, and a device that calculates.
#pragma once

#include "engine/backends/sim/sim_device.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"

namespace assay::sim {

/// 1 GFLOP/s, 1 GB/s: a flop and a byte take 1 ns.
inline SimProfile toy_profile() {
  SimProfile profile;
  profile.name = "toy";
  profile.description = "toy numbers";
  profile.memory = Bytes(1 << 20);
  profile.queue_depth = 4;
  profile.feeding = {.dispatch = 20us,
                     .launch = 5us,
                     .replay = 8us,
                     .copy = 3us,
                     .event = 0us,
                     .synchronise = 1us};
  profile.compute = {.f32_products_per_second = 2e9,
                     .f16_products_per_second = 4e9,
                     .i8_products_per_second = 8e9,
                     .product_efficiency = 0.5,
                     .vector_flops_per_second = 1e9,
                     .memory_bytes_per_second = 2e9,
                     .memory_efficiency = 0.5,
                     .kernel = 2us,
                     .graph_node = 1us};
  profile.copies = {
      .to_device_bytes_per_second = 1e9, .from_device_bytes_per_second = 1e9, .latency = 1us};
  profile.host = {.flops_per_second = 1e8, .memory_bytes_per_second = 1e8};
  return profile;
}

/// The reference kernels, which count how often a model is run.
class CountingDevice final : public backend::Device {
 public:
  explicit CountingDevice(int& runs) : runs_(runs) {}
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& /*node*/,
                                   const graph::OperandTypes& /*operands*/) const override {
    return std::nullopt;
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    ASSAY_TRY(auto model,
              plan::load_model(graph, weights, options, plan::make_reference_factory()));
    return std::unique_ptr<backend::LoadedModel>(std::make_unique<Model>(std::move(model), runs_));
  }

 private:
  class Run final : public backend::Executable {
   public:
    Run(std::unique_ptr<backend::Executable> inner, int& runs)
        : inner_(std::move(inner)), runs_(runs) {}
    Result<void> run(const backend::RunArguments& arguments) override {
      ++runs_;
      return inner_->run(arguments);
    }
    const backend::Signature& signature() const override { return inner_->signature(); }
    const backend::ExecutableFacts& facts() const override { return inner_->facts(); }

   private:
    std::unique_ptr<backend::Executable> inner_;
    int& runs_;
  };
  class Model final : public backend::LoadedModel {
   public:
    Model(std::unique_ptr<backend::LoadedModel> inner, int& runs)
        : inner_(std::move(inner)), runs_(runs) {}
    Result<std::unique_ptr<backend::Executable>> prepare(const graph::Bindings& bindings) override {
      ASSAY_TRY(auto executable, inner_->prepare(bindings));
      return std::unique_ptr<backend::Executable>(
          std::make_unique<Run>(std::move(executable), runs_));
    }
    Bytes weight_bytes() const override { return inner_->weight_bytes(); }

   private:
    std::unique_ptr<backend::LoadedModel> inner_;
    int& runs_;
  };

  backend::DeviceFacts facts_{.name = "reference", .description = "counts its runs"};
  int& runs_;
};

inline double elements(const tensor::TensorType& type) {
  double count = 1;
  for (int axis = 0; axis < type.shape.rank(); ++axis) {
    count *= static_cast<double>(type.shape[axis]);
  }
  return count;
}

/// A linear is 1000 products an element of its result; every op 1 flop and 4 bytes; attention over
/// a cache 100 bytes more for every key. No softmax.
inline CostModel toy_costs() {
  CostModel model;
  model.lacks = [](const graph::Node& node) -> std::optional<std::string> {
    if (node.op->name == "softmax") return "toy costs do not count softmax";
    return std::nullopt;
  };
  model.cost = [](const graph::Graph& graph, graph::NodeId node, const graph::NodeTypes& types,
                  std::int64_t past) {
    const double results = elements(types[index_of(node)]);
    const double products = graph.node(node).op->name == "linear" ? 1000 * results : 0;
    return NodeCost{.products = products,
                    .flops = products + results,
                    .bytes = 4 * results + 100 * static_cast<double>(past)};
  };
  return model;
}

}  // namespace assay::sim
