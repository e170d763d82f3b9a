// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/served.h"

#include <algorithm>

#include "lab/workload/device_parameter.h"
#include "lab/workload/djinn/way.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kMebi = std::int64_t{1} << 20U;
// Of units, of which traces are kept for the metrics.
constexpr std::size_t kUnitsKept = 200'000;

struct ServedRequest {
  ServedTask task;
  std::string way;
  std::string off;
  std::string transport;
  std::string device;
  bool says_parameters = false;
  int threads = 1;
};

/// What lives as long as the workload: servers that arms share, and the judge's last answers.
struct Shared {
  std::shared_ptr<const backend::Registry> devices;
  TrialServers servers;
  AnswerBook answers;
};

Result<ServedRequest> read_request(const spec::Factors& asked, const Bench& bench) {
  ServedRequest request;
  ASSAY_TRY(request.task.model, asked.text("model"));
  ASSAY_TRY(request.task.sizes.batch, asked.integer("batch"));
  ASSAY_TRY(request.task.sizes.sequence, asked.integer("sequence"));
  ASSAY_TRY(request.task.decode, asked.integer("decode"));
  ASSAY_TRY(request.task.requests, asked.integer("requests"));
  ASSAY_TRY(request.way, asked.text("way"));
  ASSAY_TRY(request.off, asked.text("off"));
  ASSAY_TRY(request.transport, asked.text("transport"));
  ASSAY_TRY(request.device, asked.text("device"));
  ASSAY_TRY(const std::int64_t parameters, asked.integer("parameters"));
  request.says_parameters = parameters > 0;
  request.task.seed = bench.seed;
  request.threads = bench.threads;
  return request;
}

/// Room for the weights as they came and as the device holds them, and for one who loads beside.
TrialServerRequest server_for(const ServedRequest& request, const ServedTask& task) {
  TrialServerRequest server{
      .device = request.device, .threads = request.threads, .is_tcp = request.transport == "tcp"};
  server.text = task.weights * 3 + Bytes(64 * kMebi);
  server.stack = task.scratch + Bytes(64 * kMebi);
  server.data = task.states * 3 + Bytes(32 * kMebi);
  server.plans = Bytes(std::max(256 * kMebi, task.scratch.count()));
  if (request.off == "plans" || request.way == "resent") server.purpose = "plans are flushed";
  if (request.way.starts_with("per_op")) server.purpose = "op by op";
  if (request.off == "weights") server.purpose = "weights travel";
  return server;
}

MadeWay make_served_way(const ServedRequest& request, std::shared_ptr<const ServedTask> task,
                        std::shared_ptr<TrialServer> server) {
  const Served served{.server = std::move(server),
                      .connect = {.client = "workload",
                                  .shares_memory = request.transport == "memory",
                                  .copies_payloads = request.off == "zero_copy"}};
  const bool is_blind = request.way == "resent";
  if (request.way.starts_with("per_op")) {
    return make_op_way(std::move(task), served, request.way == "per_op_pipelined");
  }
  const bool flushes = is_blind || request.off == "plans";
  if (task->is_decoder()) {
    return make_session_way(std::move(task), served,
                            {.asks_each_token = request.off == "pipelining",
                             .takes_logits = is_blind || request.off == "output_policy",
                             .recomputes = is_blind || request.off == "kv",
                             .flushes_plans = flushes,
                             .sends_graph = is_blind,
                             .sends_weights = request.off == "weights"});
  }
  return make_call_way(std::move(task), served,
                       {.is_pipelined = !is_blind && request.off != "pipelining",
                        .flushes_plans = flushes,
                        .sends_graph = is_blind,
                        .sends_weights = request.off == "weights"});
}

/// The question that does not exist for such a task.
std::optional<std::string> question_that_is_none(const ServedRequest& request,
                                                 const ServedTask& task) {
  if (!task.is_decoder() && request.off == "kv") return "a model without states keeps none";
  if (!task.is_decoder() && request.off == "output_policy") {
    return "every output of a call is wanted: there is nothing to leave out";
  }
  if (!task.is_decoder() && request.off == "pipelining" && task.requests == 1) {
    return "a single call is not pipelined";
  }
  return std::nullopt;
}

/// What nobody can do yet, with the reason.
std::optional<std::string> what_is_missing(const ServedRequest& request, const ServedTask& task) {
  if (task.is_decoder() && request.way.starts_with("per_op")) {
    return "an op that changes a state is no call: the server keeps states for whole decoders";
  }
  return std::nullopt;
}

class ServedArm final : public PreparedArm {
 public:
  ServedArm(ServedRequest request, std::shared_ptr<const ServedTask> task,
            std::shared_ptr<TrialServer> server, std::unique_ptr<Way> way, std::string device,
            std::shared_ptr<Shared> shared)
      : request_(std::move(request)),
        task_(std::move(task)),
        server_(std::move(server)),
        way_(std::move(way)),
        device_(std::move(device)),
        shared_(std::move(shared)) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY(UnitTrace unit, perform());
      units_.push_back(unit);
    }
    while (units_.size() > kUnitsKept)
      units_.pop_front();
    return {};
  }
  Result<void> probe();
  const UnitTrace& probed() const { return probed_; }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override { return way_->mechanism(); }
  Work work() const override;
  Result<Verdict> verify() override {
    way_->forget();
    ASSAY_TRY_VOID(run(1));
    return way_->judge(shared_->answers);
  }
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override {
    return unit_metrics(units_, calls);
  }

 private:
  Result<UnitTrace> perform();
  Result<std::int64_t> plan_misses() const;
  /// The unit that was done last: what is in force now.
  const UnitTrace& last() const { return units_.empty() ? probed_ : units_.back(); }
  std::string observed_way() const;
  std::string observed_off() const;

  ServedRequest request_;
  std::shared_ptr<const ServedTask> task_;
  std::shared_ptr<TrialServer> server_;
  std::unique_ptr<Way> way_;
  std::string device_;
  std::shared_ptr<Shared> shared_;
  std::deque<UnitTrace> units_;
  UnitTrace probed_;
  std::int64_t misses_probed_ = 0;
  std::string transport_ = "none";
  bool copies_ = false;
};

Result<UnitTrace> ServedArm::perform() {
  UnitTrace unit{.calls = task_->requests};
  const djinn::ByteCounters before = way_->counters();
  const Nanoseconds start = SteadyClock::read();
  ASSAY_TRY_VOID(way_->perform(unit));
  unit.whole = SteadyClock::read() - start;
  unit.add_bytes(before, way_->counters());
  return unit;
}

Result<std::int64_t> ServedArm::plan_misses() const {
  if (server_ == nullptr) return 0;
  ASSAY_TRY(const codec::Node plans, server_->stats("plan_cache"));
  return count_in(plans, "misses");
}

/// A unit whose traces tell what is in force. The one before it leaves everything as it stays.
Result<void> ServedArm::probe() {
  ASSAY_TRY(std::ignore, perform());
  ASSAY_TRY(const std::int64_t before, plan_misses());
  ASSAY_TRY(probed_, perform());
  ASSAY_TRY(const std::int64_t after, plan_misses());
  misses_probed_ = after - before;
  ASSAY_TRY(const djinn::Link* const link, way_->link());
  if (link == nullptr) return {};
  const std::uint64_t agreed = link->welcome().features;
  const std::string& address = server_->address();
  transport_ =
      (agreed & djinn::kFeatureSharedRing) != 0 ? "memory" : address.substr(0, address.find(':'));
  copies_ = (agreed & djinn::kFeatureCopies) != 0;
  return {};
}

std::string ServedArm::observed_way() const {
  if (!last().is_served) return "native";
  if (last().graphs_sent > 0) return "resent";
  if (last().ops_sent == 0) return "djinn";
  return last().under_way_most > 1 ? "per_op_pipelined" : "per_op";
}

/// Only of a server that knows the model: the others never had these features.
std::string ServedArm::observed_off() const {
  if (observed_way() != "djinn") return "nothing";
  std::string off;
  const auto add = [&](bool is_off, std::string_view name) {
    if (is_off) off += (off.empty() ? "" : ", ") + std::string(name);
  };
  std::int64_t all = task_->weights.count() * (task_->is_decoder() ? 1 : task_->requests);
  for (const tensor::HostTensor& input : task_->arguments.inputs)
    all += input.size().count() * task_->requests;
  const bool sends_weights =
      task_->weights.count() > 0 && static_cast<std::int64_t>(last().sent) >= all;
  add(sends_weights, "weights");
  add(copies_, "zero_copy");
  // A model that is loaded anew has no plans, and its next call no one to wait behind.
  add(misses_probed_ >= last().requests && !sends_weights, "plans");
  if (!task_->is_decoder()) {
    add(!sends_weights && task_->requests > 1 && last().under_way_most == 1, "pipelining");
    return off.empty() ? "nothing" : off;
  }
  const bool computes_again = last().tokens_computed > task_->tokens_needed();
  const bool gets_scores = last().answer_values > 0;
  add(computes_again, "kv");
  add(gets_scores, "output_policy");
  // Both of the above ask for each token too.
  add(!computes_again && !gets_scores && last().requests > 1, "pipelining");
  return off.empty() ? "nothing" : off;
}

spec::Factors ServedArm::observed() const {
  spec::Factors factors{{"model", task_->model},
                        {"way", observed_way()},
                        {"off", observed_off()},
                        {"transport", transport_},
                        {"device", device_},
                        {"batch", task_->sizes.batch},
                        {"sequence", task_->sizes.sequence},
                        {"decode", task_->decode},
                        {"requests", task_->requests},
                        {"parameters", request_.says_parameters ? task_->parameters() : 0},
                        {"weight_bytes", task_->weights.count()}};
  observe_threads(factors);
  return factors;
}

Work ServedArm::work() const {
  double units = static_cast<double>(task_->sizes.batch * task_->requests);
  if (task_->is_decoder()) {
    units *= static_cast<double>(task_->decode);
  } else if (names_sequence(task_->graph)) {
    units *= static_cast<double>(task_->sizes.sequence);
  }
  return {.flops = task_->products, .bytes = 0, .units = units};
}

Result<Preparation> finish(ServedRequest request, std::shared_ptr<const ServedTask> task,
                           std::shared_ptr<TrialServer> server, std::unique_ptr<Way> way,
                           std::string device, std::shared_ptr<Shared> shared) {
  const bool is_to_overlap = request.way == "per_op_pipelined";
  auto arm = std::make_unique<ServedArm>(std::move(request), std::move(task), std::move(server),
                                         std::move(way), std::move(device), std::move(shared));
  ASSAY_TRY_VOID(arm->probe());
  if (is_to_overlap && arm->probed().under_way_most == 1) {
    return Preparation(Skipped{"each op needs the result of the one before: nothing overlaps"});
  }
  return Preparation(std::move(arm));
}

Result<Preparation> prepare_native(ServedRequest request, std::shared_ptr<const ServedTask> task,
                                   const std::shared_ptr<Shared>& shared) {
  auto device = shared->devices->open(request.device);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  if (const auto lacking = first_lacking(**device, task->graph, task->types)) {
    return Preparation(Unsupported{*lacking});
  }
  std::string name = (*device)->facts().name;
  ASSAY_TRY(auto way, make_native_way(task, *std::move(device), request.threads));
  return finish(std::move(request), std::move(task), nullptr, std::move(way), std::move(name),
                shared);
}

Result<Preparation> prepare_served(const spec::Factors& asked, Bench& bench,
                                   const std::shared_ptr<Shared>& shared) {
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"a model has one copy of its data: cache rotated cannot be had"});
  }
  ASSAY_TRY(ServedRequest request, read_request(asked, bench));
  ASSAY_TRY(const auto task, make_task(std::move(request.task)));
  if (auto reason = question_that_is_none(request, *task)) {
    return Preparation(Skipped{*std::move(reason)});
  }
  if (auto reason = what_is_missing(request, *task)) {
    return Preparation(Unsupported{*std::move(reason)});
  }
  if (request.way == "native") return prepare_native(std::move(request), task, shared);
  ASSAY_TRY(auto server, shared->servers.get(server_for(request, *task)));
  ASSAY_TRY(std::string device, server->device());
  ASSAY_TRY(auto way, make_served_way(request, task, server));
  return finish(std::move(request), task, std::move(server), std::move(way), std::move(device),
                shared);
}

Result<void> check_factors(const spec::Factors& factors) {
  ASSAY_TRY(const std::string way, factors.text("way"));
  ASSAY_TRY(const std::string off, factors.text("off"));
  ASSAY_TRY(const std::string transport, factors.text("transport"));
  if ((way == "native") != (transport == "none")) {
    return Error::user(
        "way {} with transport {}: transport is none in this process, and only there", way,
        transport);
  }
  if (way == "djinn" || off == "nothing") return {};
  return Error::user("off is {} where way is {}: only the way djinn has features to switch off",
                     off, way);
}

}  // namespace

WorkloadDefinition served_workload(std::shared_ptr<const backend::Registry> devices,
                                   std::string program) {
  WorkloadDefinition definition;
  definition.entry.name = "served";
  definition.entry.about = "A model's calls or text, in this process or by a server.";
  spec::Parameter model = text_parameter(
      "model",
      "Its name, as gpt2, vit_b16@224, encoder2x512x8; or checkpoint:FOLDER, of a decoder.",
      "encoder2x512x8");
  model.check = check_model_name;
  definition.entry.parameters = {
      model,
      choice_parameter("way", "Who does it, and how it is asked.",
                       {"native", "djinn", "resent", "per_op", "per_op_pipelined"}),
      choice_parameter(
          "off", "The one feature of the way djinn that is switched off.",
          {"nothing", "weights", "kv", "plans", "pipelining", "zero_copy", "output_policy"}),
      choice_parameter("transport",
                       "Between client and server; memory: large payloads beside a unix socket.",
                       {"none", "unix", "memory", "tcp"}),
      device_parameter(devices),
      integer_parameter("batch", "Rows or pictures of a call.", 1, 1),
      integer_parameter("sequence", "Tokens of a row; of a decoder: of its prompt.", 1, 128),
      integer_parameter("decode", "Tokens that a decoder writes; of decoders only.", 0, 0),
      integer_parameter("requests", "Calls of a unit of work.", 1, 1),
      integer_parameter("parameters", "Of the model, for figures; 0: not said.", 0, 0)};
  definition.entry.metrics = unit_metric_entries();
  definition.entry.check = check_factors;
  const auto shared = std::make_shared<Shared>(
      Shared{devices, TrialServers(devices, std::move(program)), AnswerBook(devices)});
  definition.prepare = [shared](const spec::Factors& asked, Bench& bench) {
    return prepare_served(asked, bench, shared);
  };
  return definition;
}

}  // namespace assay::workload
