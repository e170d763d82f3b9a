// SPDX-License-Identifier: MIT
#include "engine/backend/plugin.h"
#include "engine/backends/torch/plugin/torch_model.h"

namespace assay::torch_backend {
namespace {

class TorchDevice : public backend::Device {
 public:
  TorchDevice() : facts_{.name = "torch", .description = describe_torch()} {}
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& /*operands*/) const override {
    return torch_lacks(node);
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    return load_torch_model(graph, weights, options);
  }

 private:
  backend::DeviceFacts facts_;
};

Result<std::unique_ptr<backend::Device>> open(const std::string& /*profile*/) {
  return std::unique_ptr<backend::Device>(std::make_unique<TorchDevice>());
}

}  // namespace
}  // namespace assay::torch_backend

extern "C" __attribute__((visibility("default"))) const assay::backend::PluginTable*
assay_plugin() {
  static const assay::backend::PluginTable table{
      .version = assay::backend::kPluginVersion,
      .built_against = assay::backend::plugin_interface(),
      .open = assay::torch_backend::open};
  return &table;
}
