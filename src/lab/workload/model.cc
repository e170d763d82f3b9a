// SPDX-License-Identifier: MIT
#include "lab/workload/model.h"

#include <algorithm>
#include <map>

#include "engine/graph/canonical.h"
#include "engine/models/builders/parameters.h"
#include "engine/models/model_list.h"
#include "lab/workload/device_parameter.h"
#include "lab/workload/model_check.h"
#include "lab/workload/model_inputs.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"
#include "oracle/count/graph_count.h"

namespace assay::workload {
namespace {

using backend::CompileMode;
using backend::ExecutableFacts;
using tensor::HostTensor;

struct ModelRequest {
  std::string model;
  std::string device;
  ModelSizes sizes;
  backend::CompileOptions options;
};

Result<ModelRequest> read_request(const spec::Factors& asked, const Bench& bench) {
  ModelRequest request;
  ASSAY_TRY(request.model, asked.text("model"));
  ASSAY_TRY(request.device, asked.text("device"));
  ASSAY_TRY(request.sizes.batch, asked.integer("batch"));
  ASSAY_TRY(request.sizes.sequence, asked.integer("sequence"));
  ASSAY_TRY(request.sizes.past, asked.integer("past"));
  ASSAY_TRY(const std::string mode, asked.text("compile"));
  ASSAY_TRY(request.options.mode, backend::parse_compile_mode(mode));
  request.options.threads = bench.threads;
  return request;
}

/// "linear: packed f32, 12 x 384 x 768 (6)", most frequent first.
std::string kernels_of(const ExecutableFacts& facts) {
  std::map<std::string, int> counts;
  for (const backend::StepFacts& step : facts.steps) {
    ++counts[format("{}: {}", step.op, step.kernel)];
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater{}, &std::pair<std::string, int>::second);
  std::string text;
  for (const auto& [kernel, count] : sorted) {
    text += format("{}{} ({})", text.empty() ? "" : "; ", kernel, count);
  }
  return text;
}

/// Of the steps whose kernels come in variants, how they were chosen: "2 timed, 10 remembered".
std::string tuning_of(const ExecutableFacts& facts) {
  const std::int64_t timed = facts.chosen(backend::Choice::kTimed);
  const std::int64_t remembered = facts.chosen(backend::Choice::kRemembered);
  std::string text = timed + remembered == 0 ? std::string("none")
                                             : format("{} timed, {} remembered", timed, remembered);
  for (const std::string& remark : facts.remarks)
    text += "; " + remark;
  return text;
}

class ModelArm final : public PreparedArm {
 public:
  ModelArm(ModelRequest request, graph::Graph graph, std::unique_ptr<backend::Device> device,
           std::unique_ptr<backend::Executable> executable, ModelArguments arguments,
           oracle::GraphCount count, std::uint64_t seed,
           std::shared_ptr<const backend::Registry> devices)
      : devices_(std::move(devices)),
        request_(std::move(request)),
        graph_(std::move(graph)),
        device_(std::move(device)),
        executable_(std::move(executable)),
        arguments_(std::move(arguments)),
        count_(std::move(count)),
        seed_(seed),
        inputs_(views_of<tensor::ConstAnyView>(std::as_const(arguments_.inputs))),
        states_(views_of<tensor::AnyView>(arguments_.states)),
        outputs_(views_of<tensor::AnyView>(arguments_.outputs)) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY_VOID(executable_->run({.inputs = inputs_, .states = states_, .outputs = outputs_}));
    }
    return {};
  }

  const VirtualClock* virtual_clock() const override { return device_->virtual_clock(); }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override;
  Work work() const override {
    return {.flops = count_.sum.products,
            .bytes = count_.sum.bytes(),
            .units = static_cast<double>(request_.sizes.batch)};
  }
  Result<Verdict> verify() override {
    for (HostTensor& output : arguments_.outputs) {
      spoil(output);
    }
    ASSAY_TRY_VOID(run(1));
    return check_model({.graph = graph_,
                        .sizes = request_.sizes,
                        .input_seed = seed_,
                        .outputs = arguments_.outputs,
                        .products = count_.sum.products},
                       *devices_);
  }

 private:
  std::shared_ptr<const backend::Registry> devices_;
  ModelRequest request_;
  graph::Graph graph_;
  std::unique_ptr<backend::Device> device_;
  std::unique_ptr<backend::Executable> executable_;
  ModelArguments arguments_;
  oracle::GraphCount count_;
  std::uint64_t seed_;
  std::vector<tensor::ConstAnyView> inputs_;
  std::vector<tensor::AnyView> states_;
  std::vector<tensor::AnyView> outputs_;
};

spec::Factors ModelArm::observed() const {
  // Every model takes its batch as the first extent of its first input.
  const tensor::Dims& first = executable_->signature().inputs.front().second.shape;
  const bool has_sequence = first.rank() >= 2 && first.rank() <= 3;
  const bool is_decoder = !executable_->signature().states.empty();
  const auto* past = is_decoder ? past_of(graph_, arguments_) : nullptr;
  spec::Factors factors{
      {"model", request_.model},
      {"device", device_->facts().name},
      {"batch", first[0]},
      {"sequence", has_sequence && names_sequence(graph_) ? first[1] : request_.sizes.sequence},
      {"past", past != nullptr ? std::int64_t{*past} : request_.sizes.past},
      {"compile", std::string(to_text(executable_->facts().mode))},
      {"parameters", models::parameter_count(graph_)}};
  observe_threads(factors);
  return factors;
}

spec::Factors ModelArm::mechanism() const {
  const ExecutableFacts& facts = executable_->facts();
  std::string passes;
  for (const std::string& pass : facts.passes) {
    passes += (passes.empty() ? "" : ", ") + pass;
  }
  return {{"device", device_->facts().description},
          {"graph", facts.fingerprint},
          {"passes", passes.empty() ? "none" : passes},
          {"steps", static_cast<std::int64_t>(facts.steps.size())},
          {"kernels", kernels_of(facts)},
          {"tuning", tuning_of(facts)},
          {"weights_bytes", facts.weights.count()},
          {"arena_bytes", facts.arena.count()},
          {"liveness_bound_bytes", facts.liveness_bound.count()}};
}

Result<Preparation> prepare_model(const spec::Factors& asked, Bench& bench,
                                  std::shared_ptr<const backend::Registry> devices) {
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"a model has one copy of its data: cache rotated cannot be had"});
  }
  ASSAY_TRY(ModelRequest request, read_request(asked, bench));
  ASSAY_TRY(graph::Graph graph, models::build_model(request.model));
  auto device = devices->open(request.device);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  ASSAY_TRY(const graph::Bindings bindings, bindings_of(graph, request.sizes));
  ASSAY_TRY(const graph::NodeTypes types, infer_types(graph, bindings));
  if (const auto lacking = first_lacking(**device, graph, types)) {
    return Preparation(Unsupported{*lacking});
  }
  ASSAY_TRY(graph::Weights weights, graph::seeded_weights(graph, kModelSeed));
  ASSAY_TRY(const auto model, (*device)->load(graph, weights, request.options));
  weights = graph::Weights();  // What the device packed is then held once.
  ASSAY_TRY(auto executable, model->prepare(bindings));
  ASSAY_TRY(ModelArguments arguments, make_arguments(graph, types, request.sizes, bench.seed));
  oracle::GraphCount count = oracle::count_graph(graph, types, {.past = request.sizes.past});
  return Preparation(std::make_unique<ModelArm>(
      std::move(request), std::move(graph), *std::move(device), std::move(executable),
      std::move(arguments), std::move(count), bench.seed, std::move(devices)));
}

Result<void> check_name(const std::string& name) {
  const auto graph = models::build_model(name);
  if (!graph) return graph.error();
  return {};
}

}  // namespace

WorkloadDefinition model_workload(std::shared_ptr<const backend::Registry> devices) {
  WorkloadDefinition definition;
  definition.entry.name = "model";
  definition.entry.about = "One forward pass of a whole model with seeded weights.";
  spec::Parameter model = text_parameter(
      "model", "Its name, as vit32x6x384@256 (patch, depth, width, side), mlp512-512-128, gpt2.",
      "vit32x6x384");
  model.check = check_name;
  std::vector<std::string> modes;
  for (const CompileMode mode : {CompileMode::kDefault, CompileMode::kNone,
                                 CompileMode::kReduceOverhead, CompileMode::kMaxAutotune}) {
    modes.emplace_back(to_text(mode));
  }
  definition.entry.parameters = {
      model,
      device_parameter(devices),
      integer_parameter("batch", "Pictures, rows or sequences of one call.", 1, 1),
      integer_parameter("sequence", "Tokens of a row; models of text only.", 1, 128),
      integer_parameter("past", "Tokens already in a decoder's cache.", 0, 0),
      choice_parameter("compile", "How much is done beforehand; see docs/concepts/engine.md.",
                       modes)};
  definition.prepare = [devices](const spec::Factors& asked, Bench& bench) {
    return prepare_model(asked, bench, devices);
  };
  return definition;
}

}  // namespace assay::workload
