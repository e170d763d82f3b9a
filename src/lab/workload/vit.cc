// SPDX-License-Identifier: MIT
#include "lab/workload/vit.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <set>

#include "engine/kernels/threads.h"
#include "engine/tensor/comparison.h"
#include "lab/workload/device_parameter.h"
#include "lab/workload/model_check.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"
#include "lab/workload/vit_metrics.h"
#include "lab/workload/vit_pipeline.h"
#include "oracle/machine/node_choice.h"
#include "oracle/machine/node_threads.h"

namespace assay::workload {
namespace {

using runtime::PipelineRun;
using tensor::HostTensor;

constexpr double kMebi = 1 << 20;
// Runs of which the traces are kept for the metrics: some 30 MB of them at most.
constexpr std::int64_t kBatchesKept = 200'000;

const std::vector<std::string>& output_names() {
  static const std::vector<std::string> kNames{"tokens", "cls", "logits"};
  return kNames;
}

const std::vector<std::string>& arrival_names() {
  static const std::vector<std::string> kNames{"closed", "fixed", "poisson"};
  return kNames;
}

template <class Choice>
Choice choice_of(const std::string& name, const std::vector<std::string>& names) {
  return static_cast<Choice>(std::ranges::find(names, name) - names.begin());
}

/// What of the request is of the pipeline itself.
Result<void> read_pipeline(const spec::Factors& asked, VitPipelineRequest& request) {
  ASSAY_TRY(const std::int64_t batches, asked.integer("batches"));
  ASSAY_TRY(const std::int64_t slots, asked.integer("queue_depth"));
  ASSAY_TRY(const std::string pipeline, asked.text("pipeline"));
  ASSAY_TRY(const std::string preprocessing, asked.text("preprocessing"));
  ASSAY_TRY(const std::string arrivals, asked.text("arrivals"));
  ASSAY_TRY(request.pipeline.arrivals.per_second, asked.number("rate"));
  request.pipeline.arrivals.kind = choice_of<runtime::Arrivals::Kind>(arrivals, arrival_names());
  request.pipeline.arrivals.seed = request.seed;
  request.pipeline.is_asynchronous = pipeline == "async";
  request.pipeline.batches = static_cast<int>(batches);
  request.pipeline.slots = static_cast<int>(slots);
  ASSAY_TRY(const std::int64_t workers, asked.integer("workers"));
  request.pipeline.workers = static_cast<int>(workers);
  request.pipeline.order =
      preprocessing == "host" ? runtime::kPreprocessOnHost : runtime::kPreprocessOnDevice;
  return {};
}

Result<VitPipelineRequest> read_request(const spec::Factors& asked, const Bench& bench) {
  VitPipelineRequest request;
  ASSAY_TRY(const std::int64_t patch, asked.integer("patch"));
  ASSAY_TRY(const std::int64_t depth, asked.integer("depth"));
  ASSAY_TRY(const std::int64_t width, asked.integer("width"));
  ASSAY_TRY(request.picture_side, asked.integer("side"));
  ASSAY_TRY(request.model,
            models::parse_vit(format("vit{}x{}x{}", patch, depth, width), request.picture_side));
  ASSAY_TRY(request.batch, asked.integer("batch"));
  ASSAY_TRY(const std::int64_t pool_mb, asked.integer("pool_mb"));
  request.pool = Bytes(pool_mb << 20);
  ASSAY_TRY(const std::string output, asked.text("output"));
  request.output = choice_of<VitOutput>(output, output_names());
  ASSAY_TRY(const std::string mode, asked.text("compile"));
  ASSAY_TRY(request.compile.mode, backend::parse_compile_mode(mode));
  request.compile.threads = bench.threads;
  request.seed = bench.seed;
  ASSAY_TRY_VOID(read_pipeline(asked, request));
  return request;
}

/// What comes back, by its shape.
std::string output_of(const tensor::Dims& shape, const tensor::Dims& tokens) {
  if (shape == tokens) return "tokens";
  return shape.rank() == 2 && shape[1] == tokens[2] ? "cls" : "logits";
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

/// Which schedule the batches really arrived by: that of an open loop to the nanosecond, or none.
std::string arrivals_of(const PipelineRun& run, const runtime::Arrivals& asked) {
  for (const auto kind : {runtime::Arrivals::Kind::kFixed, runtime::Arrivals::Kind::kPoisson}) {
    if (!(asked.per_second > 0) || run.batches.size() < 2) break;
    const std::vector<Nanoseconds> due = runtime::arrival_times(
        {kind, asked.per_second, asked.seed}, static_cast<int>(run.batches.size()));
    bool is_kept = true;
    for (std::size_t i = 1; i < due.size(); ++i) {
      is_kept &= run.batches[i].arrived - run.batches[0].arrived == due[i] - due[0];
    }
    if (is_kept) return arrival_names()[static_cast<std::size_t>(kind)];
  }
  return arrival_names().front();
}

/// The NUMA nodes of an arm, as they are asked for and as this machine has them.
struct Nodes {
  machine::Topology topology;
  std::string memory_asked;
  std::string compute_asked;
  std::optional<int> memory;  ///< None: as it comes.
  machine::NodeThreads threads;
};

std::string list_text(const std::vector<int>& nodes) {
  std::string text;
  for (const int node : nodes) {
    text += format("{}{}", text.empty() ? "" : ",", node);
  }
  return text;
}

/// What is said of `asked` where the system says `seen`: the same word where it is met, else what
/// was seen.
std::string node_text(const std::string& asked, const std::optional<int>& meant,
                      const Result<std::vector<int>>& seen) {
  if (asked == machine::kAnyNode) return asked;  // It promises nothing.
  if (!seen) return seen.error().message();
  return meant && *seen == std::vector<int>{*meant} ? asked : list_text(*seen);
}

/// The side of a patch, from a picture's side and its tokens: the patches and one CLS token.
std::int64_t patch_of(std::int64_t side, std::int64_t tokens) {
  const double across = std::sqrt(static_cast<double>(tokens - 1));
  return std::llround(static_cast<double>(side) / across);
}

class VitArm final : public PreparedArm {
 public:
  VitArm(std::unique_ptr<backend::Device> device, VitPipeline pipeline, Nodes nodes,
         std::shared_ptr<const backend::Registry> devices)
      : nodes_(std::move(nodes)),
        device_(std::move(device)),
        pipeline_(std::move(pipeline)),
        devices_(std::move(devices)) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY(runtime::PipelineRun run, pipeline_.run());
      keep(std::move(run));
    }
    return {};
  }
  const VirtualClock* virtual_clock() const override { return device_->virtual_clock(); }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override;
  Work work() const override {
    const double pictures = static_cast<double>(pipeline_.request().batch) *
                            static_cast<double>(pipeline_.request().pipeline.batches);
    const auto batches = static_cast<double>(pipeline_.request().pipeline.batches);
    return {.flops = pictures * models::vit_products(pipeline_.request().model),
            .bytes = batches * static_cast<double>(pipeline_.batch_bytes().count() +
                                                   pipeline_.output_bytes().count()),
            .units = pictures};
  }
  Result<Verdict> verify() override;
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override {
    return vit_metrics(runs_, calls);
  }

 private:
  const PipelineRun& last() const { return runs_.back(); }
  void keep(PipelineRun run) {
    runs_.push_back(std::move(run));
    const auto batches = std::ssize(runs_.back().batches);
    if (std::ssize(runs_) * batches > kBatchesKept) runs_.pop_front();
  }
  void observe_memory(spec::Factors& factors) const;

  Nodes nodes_;  // Threads go back where they were after everything else is gone.
  std::unique_ptr<backend::Device> device_;
  VitPipeline pipeline_;
  std::shared_ptr<const backend::Registry> devices_;
  std::deque<PipelineRun> runs_;  ///< The latest; never empty after the first run.
};

/// Where pages and threads really are, and how large the pool and what comes back really are.
void VitArm::observe_memory(spec::Factors& factors) const {
  const Result<std::vector<int>> pages = pipeline_.memory_nodes();
  const Result<std::vector<int>> threads =
      machine::nodes_of_threads(nodes_.topology, kernels::in_every_thread);
  const machine::NodeChoice compute =
      machine::choose_compute(nodes_.topology, nodes_.compute_asked);
  factors.set("numa_node", node_text(nodes_.memory_asked, nodes_.memory, pages));
  factors.set("compute_node", node_text(nodes_.compute_asked, compute.node, threads));
  factors.set("memory_nodes", pages ? list_text(*pages) : pages.error().message());
  factors.set("thread_nodes", threads ? list_text(*threads) : threads.error().message());
  // The pool is of whole batches: its size is as asked where it differs by less than one.
  const double wanted = static_cast<double>(pipeline_.request().pool.count());
  const auto pool = static_cast<double>(pipeline_.pool_size().count());
  const bool is_as_asked =
      std::abs(pool - wanted) < static_cast<double>(pipeline_.batch_bytes().count());
  factors.set("pool_mb", std::llround((is_as_asked ? wanted : pool) / kMebi));
  factors.set("pool_bytes", pipeline_.pool_size().count());
}

spec::Factors VitArm::observed() const {
  const tensor::Dims& image = pipeline_.model_signature().inputs[0].second.shape;
  const tensor::Dims& tokens = pipeline_.model_signature().outputs[0].second.shape;
  const tensor::Dims pictures = pipeline_.pictures(0).type.shape;
  const tensor::Dims& output = pipeline_.output_shape();
  const runtime::Arrivals& arrivals = pipeline_.request().pipeline.arrivals;
  const std::string arrived = arrivals_of(last(), arrivals);
  const Observation seen = observe(last());
  spec::Factors factors{{"patch", patch_of(image[2], tokens[1])},
                        {"depth", pipeline_.blocks()},
                        {"width", tokens[2]},
                        {"tokens", tokens[1]},
                        {"side", pictures[1]},
                        {"model_side", image[2]},
                        {"batch", image[0]},
                        {"batches", std::ssize(last().batches)},
                        {"queue_depth", seen.slots},
                        {"pipeline", std::string(last().threads > 1 ? "async" : "sync")},
                        {"preprocessing", std::string(seen.preprocessed_first ? "host" : "device")},
                        {"workers", std::int64_t{last().workers}},
                        {"compile", std::string(to_text(pipeline_.facts().mode))},
                        {"output", output_of(output, tokens)},
                        {"output_shape", to_text(output)},
                        {"arrivals", arrived},
                        {"rate", arrived == arrival_names().front() ? 0.0 : arrivals.per_second},
                        {"device", device_->facts().name}};
  observe_memory(factors);
  observe_threads(factors);
  return factors;
}

spec::Factors VitArm::mechanism() const {
  return {{"device", device_->facts().description},
          {"graph", pipeline_.facts().fingerprint},
          {"steps", std::ssize(pipeline_.facts().steps)},
          {"slots_at_once", std::int64_t{last().slots_used}},
          {"pool_batches", pipeline_.pool_batches()},
          {"pool_batches_read", pipeline_.pool_batches_read()}};
}

/// The last batch against preprocessing and model on a judge that shares no fused kernel with them.
Result<Verdict> VitArm::verify() {
  const VitPipelineRequest& request = pipeline_.request();
  for (int slot = 0; slot < request.pipeline.slots; ++slot) {
    const std::span<std::byte> output = pipeline_.output(slot).memory.bytes();
    std::memset(output.data(), 0xFF, output.size());  // NaN.
  }
  ASSAY_TRY_VOID(run(1));
  const double products = static_cast<double>(request.batch) * models::vit_products(request.model);
  ASSAY_TRY(const auto judge, devices_->open(products <= kReferenceProducts ? "reference" : "cpu"));
  VitPipelineRequest plain = request;
  plain.compile = {.mode = backend::CompileMode::kNone, .threads = request.compile.threads};
  plain.pipeline.slots = 1;
  plain.pipeline.batches = 1;
  plain.pipeline.workers = 1;
  plain.pool = Bytes(0);  // It is asked about a picture of the other's pool.
  ASSAY_TRY(VitPipeline by_judge, VitPipeline::create(*judge, plain));
  const std::int64_t final_batch = request.pipeline.batches - 1;  // Still in its slot.
  ASSAY_TRY(const HostTensor wanted, by_judge.answer_for(pipeline_.pictures(final_batch)));
  const int slot = last().batches.back().slot;
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

/// Nodes as they are asked for; threads are on theirs from here on. Skipped: this machine has no
/// such node.
Result<std::variant<Nodes, Skipped>> settle_nodes(const spec::Factors& asked, int threads) {
  using Outcome = std::variant<Nodes, Skipped>;
  Nodes nodes;
  ASSAY_TRY(nodes.memory_asked, asked.text("numa_node"));
  ASSAY_TRY(nodes.compute_asked, asked.text("compute_node"));
  ASSAY_TRY(nodes.topology, machine::read_topology());
  const machine::NodeChoice compute = machine::choose_compute(nodes.topology, nodes.compute_asked);
  if (!compute.absent.empty()) return Outcome(Skipped{compute.absent});
  kernels::set_threads(threads);  // The pool is bound as large as it will be.
  if (compute.node) {
    ASSAY_TRY(nodes.threads, machine::NodeThreads::keep_on(nodes.topology, *compute.node,
                                                           kernels::in_every_thread));
  }
  ASSAY_TRY(const std::vector<int> homes,
            machine::nodes_of_threads(nodes.topology, kernels::in_every_thread));
  if (nodes.memory_asked != machine::kAnyNode && homes.size() != 1) {
    return Error::user(
        "numa_node {} is seen from where threads run, and they run on nodes {}: set compute_node",
        nodes.memory_asked, list_text(homes));
  }
  const machine::NodeChoice memory =
      machine::choose_memory(nodes.topology, nodes.memory_asked, homes.empty() ? 0 : homes[0]);
  if (!memory.absent.empty()) return Outcome(Skipped{memory.absent});
  nodes.memory = memory.node;
  return Outcome(std::move(nodes));
}

Result<Preparation> prepare_vit(const spec::Factors& asked, Bench& bench,
                                std::shared_ptr<const backend::Registry> devices) {
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"a pipeline goes through pictures of its own: cache rotated "
                    "cannot be had"});
  }
  ASSAY_TRY(VitPipelineRequest request, read_request(asked, bench));
  ASSAY_TRY(const std::string name, asked.text("device"));
  auto device = devices->open(name);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  ASSAY_TRY(auto settled, settle_nodes(asked, bench.threads));
  if (auto* skipped = std::get_if<Skipped>(&settled)) return Preparation(std::move(*skipped));
  Nodes& nodes = std::get<Nodes>(settled);
  request.memory_node = nodes.memory;
  ASSAY_TRY(VitPipeline pipeline, VitPipeline::create(**device, request));
  auto arm = std::make_unique<VitArm>(*std::move(device), std::move(pipeline), std::move(nodes),
                                      std::move(devices));
  ASSAY_TRY_VOID(arm->run(1));  // What is in force is observed off a run.
  return Preparation(std::move(arm));
}

spec::Parameter node_parameter(std::string name, std::string about,
                               std::function<Result<void>(const std::string&)> check) {
  spec::Parameter parameter =
      text_parameter(std::move(name), std::move(about), std::string(machine::kAnyNode));
  parameter.check = std::move(check);
  return parameter;
}

std::vector<spec::Parameter> vit_parameters(
    const std::shared_ptr<const backend::Registry>& devices) {
  return {
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
      integer_parameter("workers", "Threads of the host that preprocess, each batches of its own.",
                        1, 1),
      choice_parameter("output", "What is copied back: all tokens, the first, or 1000 logits.",
                       output_names()),
      integer_parameter("pool_mb", "MiB of source pictures that the batches go through.", 1, 16),
      choice_parameter("arrivals",
                       "Batches: as slots are free, at a rate, or at random times of it.",
                       arrival_names()),
      number_parameter("rate", "Batches a second that arrive; 0 for closed.", 0, 0),
      node_parameter("numa_node",
                     "Memory of pool and output: any, local (to the threads), remote, or a number.",
                     machine::check_node_name),
      node_parameter("compute_node", "Node whose CPUs compute: any, or a number.",
                     machine::check_compute_name),
      device_parameter(devices)};
}

/// The pipeline refuses as well; here it is said before anything is measured.
Result<void> check_workers(const spec::Factors& factors) {
  VitPipelineRequest request;
  ASSAY_TRY_VOID(read_pipeline(factors, request));
  return runtime::validate(request.pipeline);
}

Result<void> check_together(const spec::Factors& factors) {
  ASSAY_TRY(const std::string arrivals, factors.text("arrivals"));
  ASSAY_TRY(const double rate, factors.number("rate"));
  const bool is_closed = arrivals == arrival_names().front();
  if (is_closed == (rate == 0)) return check_workers(factors);
  if (!is_closed) return Error::user("arrivals at a rate need one: rate is {}", rate);
  return Error::user("arrivals closed has no rate: got {}; say fixed or poisson", rate);
}

}  // namespace

WorkloadDefinition vit_workload(std::shared_ptr<const backend::Registry> devices) {
  WorkloadDefinition definition;
  definition.entry.name = "vit";
  definition.entry.about =
      "Batches of pictures through copy, preprocessing, a vision transformer, and copy back.";
  definition.entry.parameters = vit_parameters(devices);
  definition.entry.metrics = vit_metric_entries();
  definition.entry.check = check_together;
  definition.prepare = [devices](const spec::Factors& asked, Bench& bench) {
    return prepare_vit(asked, bench, devices);
  };
  return definition;
}

}  // namespace assay::workload
