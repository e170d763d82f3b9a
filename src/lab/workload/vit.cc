// SPDX-License-Identifier: MIT
#include "lab/workload/vit.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/statistics/order_statistics.h"
#include "engine/runtime/pipeline_analysis.h"
#include "engine/tensor/comparison.h"
#include "lab/workload/model_check.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"
#include "lab/workload/vit_pipeline.h"

namespace assay::workload {
namespace {

using runtime::PipelineRun;
using tensor::HostTensor;

Result<VitPipelineRequest> read_request(const spec::Factors& asked, const Bench& bench) {
  VitPipelineRequest request;
  ASSAY_TRY(const std::int64_t patch, asked.integer("patch"));
  ASSAY_TRY(const std::int64_t depth, asked.integer("depth"));
  ASSAY_TRY(const std::int64_t width, asked.integer("width"));
  ASSAY_TRY(request.picture_side, asked.integer("side"));
  ASSAY_TRY(request.model,
            models::parse_vit(format("vit{}x{}x{}", patch, depth, width), request.picture_side));
  ASSAY_TRY(request.batch, asked.integer("batch"));
  ASSAY_TRY(const std::int64_t batches, asked.integer("batches"));
  ASSAY_TRY(const std::int64_t slots, asked.integer("queue_depth"));
  ASSAY_TRY(const std::string pipeline, asked.text("pipeline"));
  ASSAY_TRY(const std::string preprocessing, asked.text("preprocessing"));
  ASSAY_TRY(const std::string mode, asked.text("compile"));
  ASSAY_TRY(request.compile.mode, backend::parse_compile_mode(mode));
  request.compile.threads = bench.threads;
  request.pipeline.is_asynchronous = pipeline == "async";
  request.pipeline.batches = static_cast<int>(batches);
  request.pipeline.slots = static_cast<int>(slots);
  request.pipeline.order =
      preprocessing == "host" ? runtime::kPreprocessOnHost : runtime::kPreprocessOnDevice;
  request.seed = bench.seed;
  return request;
}

/// What the traces of one run show of how it was run.
struct Observation {
  std::int64_t slots = 0;  ///< Different ones that batches were in.
  bool preprocessed_first = false;
};

Observation observe(const PipelineRun& run) {
  Observation seen;
  std::set<int> slots;
  for (const runtime::BatchTrace& batch : run.batches) {
    slots.insert(batch.slot);
    seen.preprocessed_first = batch.stages[1].begin < batch.stages[0].begin;
  }
  seen.slots = std::ssize(slots);
  return seen;
}

/// The side of a patch, from a picture's side and its tokens: the patches and one CLS token.
std::int64_t patch_of(std::int64_t side, std::int64_t tokens) {
  const double across = std::sqrt(static_cast<double>(tokens - 1));
  return std::llround(static_cast<double>(side) / across);
}

class VitArm final : public PreparedArm {
 public:
  VitArm(std::unique_ptr<backend::Device> device, VitPipeline pipeline,
         std::shared_ptr<const backend::Registry> devices)
      : device_(std::move(device)), pipeline_(std::move(pipeline)), devices_(std::move(devices)) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY(last_, pipeline_.run());
    }
    return {};
  }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override;
  Work work() const override {
    const double pictures = static_cast<double>(pipeline_.request().batch) *
                            static_cast<double>(pipeline_.request().pipeline.batches);
    const auto bytes = [&](const HostTensor& tensor) {
      return static_cast<double>(tensor.size().count());
    };
    const auto batches = static_cast<double>(pipeline_.request().pipeline.batches);
    return {.flops = pictures * models::vit_products(pipeline_.request().model),
            .bytes = batches * (bytes(pipeline_.pictures(0)) + bytes(pipeline_.output(0))),
            .units = pictures};
  }
  Result<Verdict> verify() override;

 private:
  std::unique_ptr<backend::Device> device_;
  VitPipeline pipeline_;
  std::shared_ptr<const backend::Registry> devices_;
  PipelineRun last_;
};

spec::Factors VitArm::observed() const {
  const tensor::Dims& image = pipeline_.model_signature().inputs[0].second.shape;
  const tensor::Dims& tokens = pipeline_.model_signature().outputs[0].second.shape;
  const tensor::Dims& pictures = pipeline_.pictures(0).type().shape;
  const Observation seen = observe(last_);
  spec::Factors factors{{"patch", patch_of(image[2], tokens[1])},
                        {"depth", pipeline_.blocks()},
                        {"width", tokens[2]},
                        {"tokens", tokens[1]},
                        {"side", pictures[1]},
                        {"model_side", image[2]},
                        {"batch", image[0]},
                        {"batches", std::ssize(last_.batches)},
                        {"queue_depth", seen.slots},
                        {"pipeline", std::string(last_.threads > 1 ? "async" : "sync")},
                        {"preprocessing", std::string(seen.preprocessed_first ? "host" : "device")},
                        {"compile", std::string(to_text(pipeline_.facts().mode))},
                        {"device", device_->facts().name}};
  observe_threads(factors);
  return factors;
}

/// Percentiles of the last run's batches, as far as they are enough for them.
void add_latencies(const PipelineRun& run, spec::Factors& factors) {
  std::vector<double> latencies;
  for (const runtime::BatchTrace& batch : run.batches) {
    latencies.push_back(Seconds(batch.latency()).count() * 1e3);
  }
  const std::vector<double> sorted = statistics::to_sorted(latencies);
  factors.set("batch_latency_ms_p50", statistics::quantile_of_sorted(sorted, 0.5));
  for (const auto& [name, p] : {std::pair("batch_latency_ms_p90", 0.9),
                                {"batch_latency_ms_p95", 0.95},
                                {"batch_latency_ms_p99", 0.99},
                                {"batch_latency_ms_p99.9", 0.999}}) {
    if (std::ssize(sorted) < statistics::percentile_samples_min(p)) continue;
    factors.set(name, statistics::quantile_of_sorted(sorted, p));
  }
}

spec::Factors VitArm::mechanism() const {
  const runtime::PipelineFindings findings = runtime::analyse_pipeline(last_);
  const double whole = Seconds(last_.whole.length()).count();
  spec::Factors factors{{"device", device_->facts().description},
                        {"graph", pipeline_.facts().fingerprint},
                        {"steps", std::ssize(pipeline_.facts().steps)},
                        {"slots_at_once", std::int64_t{last_.slots_used}}};
  for (int stage = 0; stage < runtime::kStageCount; ++stage) {
    const auto index = static_cast<std::size_t>(stage);
    const auto name = to_text(static_cast<runtime::Stage>(stage));
    factors.set(format("busy_{}", name), Seconds(findings.busy[index]).count() / whole);
    factors.set(format("bound_{}", name), findings.bound[index]);
  }
  factors.set("exposed_transfer", Seconds(findings.exposed_transfer).count() / whole);
  add_latencies(last_, factors);
  return factors;
}

/// The last batch against preprocessing and model on a judge that shares no fused kernel with them.
Result<Verdict> VitArm::verify() {
  const VitPipelineRequest& request = pipeline_.request();
  for (int slot = 0; slot < request.pipeline.slots; ++slot) {
    spoil(pipeline_.output(slot));
  }
  ASSAY_TRY_VOID(run(1));
  const double products = static_cast<double>(request.batch) * models::vit_products(request.model);
  ASSAY_TRY(const auto judge, devices_->open(products <= kReferenceProducts ? "reference" : "cpu"));
  VitPipelineRequest plain = request;
  plain.compile = {.mode = backend::CompileMode::kNone, .threads = request.compile.threads};
  plain.pipeline.slots = 1;
  plain.pipeline.batches = 1;
  ASSAY_TRY(VitPipeline by_judge, VitPipeline::create(*judge, plain));
  const std::int64_t last = request.pipeline.batches - 1;  // Its output is still in its slot.
  ASSAY_TRY(const HostTensor wanted, by_judge.answer_for(pipeline_.pictures(last)));
  const int slot = last_.batches.back().slot;
  const tensor::Difference difference = tensor::difference(
      std::as_const(pipeline_).output(slot).view().as<float>(), wanted.view().as<float>());
  Verdict verdict;
  verdict.method =
      format("the last batch, as it came back, against {} in mode none", judge->facts().name);
  const std::int64_t longest =
      std::max(request.model.mlp_width, request.model.patch * request.model.patch * 3);
  verdict.error = difference.normalised;
  verdict.tolerance = model_tolerance(longest);
  verdict.correct = difference.normalised <= verdict.tolerance && difference.not_finite == 0;
  return verdict;
}

Result<Preparation> prepare_vit(const spec::Factors& asked, Bench& bench,
                                std::shared_ptr<const backend::Registry> devices) {
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"a pipeline goes through pictures of its own: cache rotated "
                    "cannot be had"});
  }
  ASSAY_TRY(const VitPipelineRequest request, read_request(asked, bench));
  ASSAY_TRY(const std::string name, asked.text("device"));
  auto device = devices->open(name);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  ASSAY_TRY(VitPipeline pipeline, VitPipeline::create(**device, request));
  auto arm = std::make_unique<VitArm>(*std::move(device), std::move(pipeline), std::move(devices));
  ASSAY_TRY_VOID(arm->run(1));  // What is in force is observed off a run.
  return Preparation(std::move(arm));
}

}  // namespace

WorkloadDefinition vit_workload(std::shared_ptr<const backend::Registry> devices) {
  WorkloadDefinition definition;
  definition.entry.name = "vit";
  definition.entry.about =
      "Batches of pictures through copy, preprocessing, a vision transformer, and copy back.";
  definition.entry.parameters = {
      integer_parameter("patch", "Side of a patch.", 1, 32),
      integer_parameter("depth", "Blocks; 0: none.", 0, 6),
      integer_parameter("width", "Of a token; heads are 64 wide, the MLP is 4 times it.", 1, 384),
      integer_parameter("side", "Of the pictures; the model's is rounded up to the patch.", 1, 224),
      integer_parameter("batch", "Pictures of one batch.", 1, 8),
      integer_parameter("batches", "Batches of one run of the pipeline.", 1, 8),
      choice_parameter("compile", "How much is done beforehand; see docs/concepts/engine.md.",
                       {"default", "none", "reduce-overhead", "max-autotune"}),
      choice_parameter("pipeline", "sync: stage after stage; async: each stage on its own thread.",
                       {"sync", "async"}),
      integer_parameter("queue_depth", "Slots: batches under way at the most.", 1, 1),
      choice_parameter("preprocessing",
                       "Where: on the device after the copy, or on the host before.",
                       {"device", "host"}),
      text_parameter("device", "Where it runs: a backend, as `assay list backends` names it.",
                     "cpu")};
  definition.prepare = [devices](const spec::Factors& asked, Bench& bench) {
    return prepare_vit(asked, bench, devices);
  };
  return definition;
}

}  // namespace assay::workload
