// SPDX-License-Identifier: MIT
// For tests: devices called `cpu` and `reference` over the reference kernels, because the real ones
// are registered by the program alone.
#pragma once

#include <memory>

#include "engine/backend/registry.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"

namespace assay::workload {

class StandInDevice final : public backend::Device {
 public:
  const backend::DeviceFacts& facts() const override { return facts_; }
  std::optional<std::string> lacks(const graph::Node& /*node*/,
                                   const graph::OperandTypes& /*operands*/) const override {
    return std::nullopt;
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    return plan::load_model(graph, weights, options, plan::make_reference_factory());
  }

 private:
  backend::DeviceFacts facts_{.name = "cpu", .description = "stand-in"};
};

inline std::shared_ptr<const backend::Registry> stand_in_devices() {
  auto registry = std::make_shared<backend::Registry>();
  for (const char* name : {"cpu", "reference"}) {
    const auto added = registry->add(name, "stand-in", [](const std::string& /*profile*/) {
      return Result<std::unique_ptr<backend::Device>>(std::make_unique<StandInDevice>());
    });
    ASSAY_CHECK(added.has_value(), "each name is added once");
  }
  return registry;
}

}  // namespace assay::workload
