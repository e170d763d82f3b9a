// SPDX-License-Identifier: MIT
#include "engine/backends/reference/reference_device.h"

#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"

namespace assay::reference {
namespace {

class ReferenceDevice : public backend::Device {
 public:
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& operands) const override {
    return plan::make_reference_factory()->lacks(node, operands);
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    return plan::load_model(graph, weights, options, plan::make_reference_factory());
  }

 private:
  backend::DeviceFacts facts_{.name = "reference",
                              .description = "obvious loops with fp64 sums, one thread",
                              .is_simulated = false};
};

}  // namespace

std::unique_ptr<backend::Device> make_reference_device() {
  return std::make_unique<ReferenceDevice>();
}

}  // namespace assay::reference
