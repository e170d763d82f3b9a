// SPDX-License-Identifier: MIT
#include "engine/conformance/execution.h"

#include "engine/conformance/guarded_tensor.h"

namespace assay::conformance {
namespace {

using backend::Signature;
using tensor::HostTensor;
using Group = std::vector<std::pair<std::string, tensor::TensorType>>;

Result<std::vector<GuardedTensor>> tensors_of(const Group& group, Alignment alignment) {
  std::vector<GuardedTensor> tensors;
  for (const auto& [name, type] : group) {
    ASSAY_TRY(GuardedTensor tensor, GuardedTensor::create(type, alignment));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

template <class View>
std::vector<View> views_of(std::vector<GuardedTensor>& tensors) {
  std::vector<View> views;
  for (GuardedTensor& tensor : tensors)
    views.emplace_back(tensor.view());
  return views;
}

Result<void> check_guards(std::string_view kind, const Group& group,
                          const std::vector<GuardedTensor>& tensors) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (const auto damage = tensors[i].damage()) {
      return Error::bug("{} {}: {}", kind, group[i].first, *damage);
    }
  }
  return {};
}

/// The memory of a case's runs. States stay; inputs and outputs move after the first run.
class Arguments {
 public:
  static Result<Arguments> create(const ModelCase& model, const Signature& signature) {
    Arguments arguments(model, signature);
    ASSAY_TRY(arguments.states_, tensors_of(signature.states, Alignment::kWide));
    for (std::size_t i = 0; i < arguments.states_.size(); ++i) {
      const std::string& name = signature.states[i].first;
      fill(arguments.states_[i].view(), rule_of(model, name), 0, seed_of(model, name));
    }
    return arguments;
  }

  Result<void> set_up(int run) {
    if (run <= 1) {
      const Alignment alignment = run == 0 ? Alignment::kWide : Alignment::kOdd;
      ASSAY_TRY(inputs_, tensors_of(signature_->inputs, alignment));
      ASSAY_TRY(outputs_, tensors_of(signature_->outputs, alignment));
    }
    hashes_.clear();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const std::string& name = signature_->inputs[i].first;
      fill(inputs_[i].view(), rule_of(*model_, name), run, seed_of(*model_, name));
      hashes_.push_back(inputs_[i].hash());
    }
    states_before_ = state_hashes();
    return {};
  }

  Result<void> run(backend::Executable& executable) {
    const auto inputs = views_of<tensor::ConstAnyView>(inputs_);
    const auto states = views_of<tensor::AnyView>(states_);
    const auto outputs = views_of<tensor::AnyView>(outputs_);
    return executable.run({.inputs = inputs, .states = states, .outputs = outputs});
  }

  Result<void> check_memory(bool states_stay) const {
    ASSAY_TRY_VOID(check_guards("input", signature_->inputs, inputs_));
    ASSAY_TRY_VOID(check_guards("state", signature_->states, states_));
    ASSAY_TRY_VOID(check_guards("output", signature_->outputs, outputs_));
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].hash() == hashes_[i]) continue;
      return Error::bug("input {} was changed", signature_->inputs[i].first);
    }
    if (states_stay && state_hashes() != states_before_) {
      return Error::bug("a run that failed changed a state");
    }
    return {};
  }

  Result<RunResults> results() const {
    RunResults results;
    for (const auto* group : {&outputs_, &states_}) {
      for (const GuardedTensor& tensor : *group) {
        ASSAY_TRY(HostTensor copy, HostTensor::copy_of(tensor.view()));
        results.push_back(std::move(copy));
      }
    }
    return results;
  }

 private:
  Arguments(const ModelCase& model, const Signature& signature)
      : model_(&model), signature_(&signature) {}
  std::vector<std::uint64_t> state_hashes() const {
    std::vector<std::uint64_t> hashes;
    for (const GuardedTensor& state : states_)
      hashes.push_back(state.hash());
    return hashes;
  }

  const ModelCase* model_;
  const Signature* signature_;
  std::vector<GuardedTensor> inputs_;
  std::vector<GuardedTensor> states_;
  std::vector<GuardedTensor> outputs_;
  std::vector<std::uint64_t> hashes_;  ///< Of the inputs.
  std::vector<std::uint64_t> states_before_;
};

Result<void> check_failure(const Result<void>& outcome, const ExpectedFailure& expected) {
  if (outcome) return Error::bug("the run had to fail: {}", expected.complaint);
  const std::string text = outcome.error().to_string();
  if (text.find(expected.complaint) != std::string::npos) return {};
  return Error::bug("the run failed and does not name {}: {}", expected.complaint, text);
}

/// The caller's weights are gone before the first run.
Result<std::unique_ptr<backend::Executable>> prepare(const ModelCase& model,
                                                     backend::Device& device,
                                                     const backend::CompileOptions& options) {
  ASSAY_TRY(const graph::Weights weights, weights_of(model));
  ASSAY_TRY(const auto loaded, device.load(model.graph, weights, options).context("load"));
  return loaded->prepare({}).context("prepare");
}

}  // namespace

Result<std::vector<RunResults>> execute(const ModelCase& model, backend::Device& device,
                                        const backend::CompileOptions& options) {
  ASSAY_TRY(const auto executable, prepare(model, device, options));
  if (executable->facts().mode != options.mode) {
    return Error::bug("the facts say mode {}", to_text(executable->facts().mode));
  }
  ASSAY_TRY(Arguments arguments, Arguments::create(model, executable->signature()));
  std::vector<RunResults> all;
  for (int run = 0; run < kRuns; ++run) {
    ASSAY_TRY_VOID(arguments.set_up(run));
    const bool has_to_fail = run == model.failure.run;
    Result<void> outcome = arguments.run(*executable);
    ASSAY_TRY_VOID(arguments.check_memory(has_to_fail).context("run {}", run));
    if (has_to_fail) {
      ASSAY_TRY_VOID(check_failure(outcome, model.failure));
      all.emplace_back();
      continue;
    }
    ASSAY_TRY_VOID(std::move(outcome).context("run {}", run));
    ASSAY_TRY(RunResults results, arguments.results());
    all.push_back(std::move(results));
  }
  return all;
}

Result<std::optional<std::string>> lacks_of(const ModelCase& model, const backend::Device& device) {
  ASSAY_TRY(const graph::NodeTypes types, graph::infer_types(model.graph, {}));
  for (const graph::Node& node : model.graph.nodes()) {
    if (node.kind != graph::NodeKind::kOp) continue;
    const auto operands = graph::operand_types(node, types);
    if (auto reason = device.lacks(node, graph::OperandTypes(operands))) return reason;
  }
  return std::optional<std::string>();
}

}  // namespace assay::conformance
