// SPDX-License-Identifier: MIT
// For the tests of the suite: a device that does as another one does, and then makes a mistake.
#pragma once

#include <functional>

#include "engine/backend/device.h"

namespace assay::conformance {

struct Sabotage {
  std::function<void(const backend::RunArguments&)> after = {};  ///< Every run.
  bool forgives = false;                                         ///< A failed run is none.
  std::string complaint = {};                                    ///< Instead of the message.
  std::optional<backend::CompileMode> mode = {};                 ///< What the facts say.
  std::string lacks = {};                                        ///< An op.
  std::string refusal = {};                                      ///< Of every prepare().
};

class SabotagedExecutable : public backend::Executable {
 public:
  SabotagedExecutable(std::unique_ptr<backend::Executable> honest, Sabotage sabotage)
      : honest_(std::move(honest)), sabotage_(std::move(sabotage)), facts_(honest_->facts()) {
    facts_.mode = sabotage_.mode.value_or(facts_.mode);
  }
  Result<void> run(const backend::RunArguments& arguments) override {
    Result<void> outcome = honest_->run(arguments);
    if (sabotage_.after) sabotage_.after(arguments);
    if (outcome || sabotage_.forgives) return {};
    return sabotage_.complaint.empty() ? outcome : Error::user("{}", sabotage_.complaint);
  }
  const backend::Signature& signature() const override { return honest_->signature(); }
  const backend::ExecutableFacts& facts() const override { return facts_; }

 private:
  std::unique_ptr<backend::Executable> honest_;
  Sabotage sabotage_;
  backend::ExecutableFacts facts_;
};

class SabotagedModel : public backend::LoadedModel {
 public:
  SabotagedModel(std::unique_ptr<backend::LoadedModel> honest, Sabotage sabotage)
      : honest_(std::move(honest)), sabotage_(std::move(sabotage)) {}
  Result<std::unique_ptr<backend::Executable>> prepare(const graph::Bindings& bindings) override {
    if (!sabotage_.refusal.empty()) return Error::user("{}", sabotage_.refusal);
    ASSAY_TRY(auto executable, honest_->prepare(bindings));
    return std::unique_ptr<backend::Executable>(
        std::make_unique<SabotagedExecutable>(std::move(executable), sabotage_));
  }
  Bytes weight_bytes() const override { return honest_->weight_bytes(); }

 private:
  std::unique_ptr<backend::LoadedModel> honest_;
  Sabotage sabotage_;
};

class Saboteur : public backend::Device {
 public:
  Saboteur(std::unique_ptr<backend::Device> honest, Sabotage sabotage)
      : honest_(std::move(honest)), sabotage_(std::move(sabotage)) {}
  const backend::DeviceFacts& facts() const override { return honest_->facts(); }
  std::optional<std::string> lacks(const graph::Node& node,
                                   const graph::OperandTypes& operands) const override {
    if (node.op->name == sabotage_.lacks) return "no " + sabotage_.lacks + " here";
    return honest_->lacks(node, operands);
  }
  Result<std::unique_ptr<backend::LoadedModel>> load(
      const graph::Graph& graph, const graph::Weights& weights,
      const backend::CompileOptions& options) override {
    ASSAY_TRY(auto model, honest_->load(graph, weights, options));
    return std::unique_ptr<backend::LoadedModel>(
        std::make_unique<SabotagedModel>(std::move(model), sabotage_));
  }

 private:
  std::unique_ptr<backend::Device> honest_;
  Sabotage sabotage_;
};

}  // namespace assay::conformance
