// SPDX-License-Identifier: MIT
// The engine, or a framework, in the process that measures.
#include "engine/runtime/generation.h"
#include "lab/workload/djinn/way.h"

namespace assay::workload {
namespace {

using tensor::HostTensor;

spec::Factors mechanism_of(const backend::Device& device) {
  return {{"served_by", "this process"}, {"device", device.facts().description}};
}

class NativeCalls final : public Way {
 public:
  NativeCalls(std::shared_ptr<const ServedTask> task, std::unique_ptr<backend::Device> device,
              std::unique_ptr<backend::Executable> executable, std::vector<HostTensor> outputs)
      : task_(std::move(task)),
        device_(std::move(device)),
        executable_(std::move(executable)),
        outputs_(std::move(outputs)),
        inputs_(views_of<tensor::ConstAnyView>(task_->arguments.inputs)),
        output_views_(views_of<tensor::AnyView>(outputs_)) {}

  Result<void> perform(UnitTrace& trace) override {
    trace.is_served = false;
    trace.under_way_most = 1;
    for (std::int64_t i = 0; i < task_->requests; ++i) {
      ASSAY_TRY_VOID(executable_->run({.inputs = inputs_, .states = {}, .outputs = output_views_}));
      ++trace.requests;
    }
    return {};
  }
  void forget() override {
    for (HostTensor& output : outputs_)
      spoil(output);
  }
  /// All calls of a unit write the same memory: the last answer stands for them.
  Result<Verdict> judge(AnswerBook& book) override {
    std::vector<std::vector<HostTensor>> answers;
    for (std::int64_t i = 0; i < task_->requests; ++i) {
      auto& answer = answers.emplace_back();
      for (const HostTensor& output : outputs_) {
        ASSAY_TRY(HostTensor copy, HostTensor::copy_of(output.view()));
        answer.push_back(std::move(copy));
      }
    }
    return book.check_calls(*task_, answers);
  }
  spec::Factors mechanism() const override { return mechanism_of(*device_); }

 private:
  std::shared_ptr<const ServedTask> task_;
  std::unique_ptr<backend::Device> device_;
  std::unique_ptr<backend::Executable> executable_;
  std::vector<HostTensor> outputs_;
  std::vector<tensor::ConstAnyView> inputs_;
  std::vector<tensor::AnyView> output_views_;
};

class NativeSession final : public Way {
 public:
  NativeSession(std::shared_ptr<const ServedTask> task, std::unique_ptr<backend::Device> device,
                runtime::TextSession session)
      : task_(std::move(task)), device_(std::move(device)), session_(std::move(session)) {}

  Result<void> perform(UnitTrace& trace) override {
    for (std::int64_t row = 0; row < task_->sizes.batch; ++row)
      ASSAY_TRY_VOID(session_.truncate(row, 0));
    ASSAY_TRY(written_,
              runtime::generate(
                  session_, task_->prompts,
                  {.sampling = {.temperature = 0}, .tokens_max = task_->decode, .stops = {}}));
    trace.is_served = false;
    trace.requests = 1;
    trace.under_way_most = 1;
    for (const std::int64_t length : session_.lengths())
      trace.tokens_computed += length;
    return {};
  }
  void forget() override { written_.clear(); }
  Result<Verdict> judge(AnswerBook& book) override { return book.check_tokens(*task_, written_); }
  spec::Factors mechanism() const override { return mechanism_of(*device_); }

 private:
  std::shared_ptr<const ServedTask> task_;
  std::unique_ptr<backend::Device> device_;
  runtime::TextSession session_;
  djinn::RowTokens written_;
};

}  // namespace

MadeWay make_native_way(std::shared_ptr<const ServedTask> task,
                        std::unique_ptr<backend::Device> device, int threads) {
  ASSAY_TRY(graph::Weights weights, weights_of(*task));
  ASSAY_TRY(std::shared_ptr<backend::LoadedModel> model,
            device->load(task->graph, weights, {.threads = threads}));
  weights = graph::Weights();  // What the device packed is then held once.
  if (task->is_decoder()) {
    ASSAY_TRY(auto session, runtime::TextSession::create(
                                model, {.rows = task->sizes.batch, .capacity = task->capacity()}));
    return std::unique_ptr<Way>(
        std::make_unique<NativeSession>(std::move(task), std::move(device), std::move(session)));
  }
  ASSAY_TRY(const graph::Bindings bindings, bindings_of(task->graph, task->sizes));
  ASSAY_TRY(auto executable, model->prepare(bindings));
  std::vector<HostTensor> outputs;
  for (const auto& [name, type] : executable->signature().outputs) {
    ASSAY_TRY(HostTensor output, HostTensor::create(type));
    outputs.push_back(std::move(output));
  }
  return std::unique_ptr<Way>(std::make_unique<NativeCalls>(
      std::move(task), std::move(device), std::move(executable), std::move(outputs)));
}

}  // namespace assay::workload
