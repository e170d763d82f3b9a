// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/token_loop.h"

#include <algorithm>

#include "engine/models/model_list.h"
#include "lab/workload/device_parameter.h"
#include "lab/workload/djinn/loop_trace.h"
#include "lab/workload/djinn/served_task.h"
#include "lab/workload/djinn/trial_server.h"
#include "lab/workload/operands.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kMebi = std::int64_t{1} << 20U;
constexpr std::size_t kLoopsKept = 2'000;

struct LoopRequest {
  ServedTask task;
  bool keeps_plans = true;
  std::string compile;
  std::string transport;
  std::string device;
  int threads = 1;
};

struct Shared {
  TrialServers servers;
  AnswerBook answers;
};

Result<LoopRequest> read_request(const spec::Factors& asked, const Bench& bench) {
  LoopRequest request;
  ASSAY_TRY(request.task.model, asked.text("model"));
  ASSAY_TRY(request.task.sizes.sequence, asked.integer("prompt"));
  ASSAY_TRY(request.task.decode, asked.integer("tokens"));
  ASSAY_TRY(const std::string plans, asked.text("plans"));
  request.keeps_plans = plans == "kept";
  ASSAY_TRY(request.compile, asked.text("compile"));
  ASSAY_TRY(request.transport, asked.text("transport"));
  ASSAY_TRY(request.device, asked.text("device"));
  request.task.seed = bench.seed;
  request.threads = bench.threads;
  return request;
}

class LoopArm final : public PreparedArm {
 public:
  LoopArm(LoopRequest request, std::shared_ptr<const ServedTask> task,
          std::shared_ptr<TrialServer> server, djinn::Client client, djinn::Model model,
          std::string device, std::shared_ptr<Shared> shared)
      : request_(std::move(request)),
        task_(std::move(task)),
        server_(std::move(server)),
        client_(std::move(client)),
        model_(std::move(model)),
        device_(std::move(device)),
        shared_(std::move(shared)) {}

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY(LoopTrace loop, perform());
      loops_.push_back(std::move(loop));
    }
    while (loops_.size() > kLoopsKept)
      loops_.pop_front();
    return {};
  }
  Result<void> probe() {
    ASSAY_TRY(probed_, perform());
    return {};
  }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override { return {{"served_by", server_->place()}}; }
  Work work() const override {
    return {.flops = task_->products, .bytes = 0, .units = static_cast<double>(task_->decode)};
  }
  Result<Verdict> verify() override {
    written_.clear();
    ASSAY_TRY_VOID(run(1));
    return shared_->answers.check_tokens(*task_, {written_});
  }
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override {
    return loop_metrics(loops_, calls);
  }

 private:
  Result<LoopTrace> perform();
  Result<void> ask(djinn::Session& session, std::vector<djinn::TokenId>& next, LoopTrace& loop);

  LoopRequest request_;
  std::shared_ptr<const ServedTask> task_;
  std::shared_ptr<TrialServer> server_;
  djinn::Client client_;
  djinn::Model model_;
  std::string device_;
  std::shared_ptr<Shared> shared_;
  std::deque<LoopTrace> loops_;
  LoopTrace probed_;
  std::vector<djinn::TokenId> written_;
};

/// One token, for which the server is asked by itself.
Result<void> LoopArm::ask(djinn::Session& session, std::vector<djinn::TokenId>& next,
                          LoopTrace& loop) {
  // Not of the token's own time: who has no cache has none to empty.
  if (!request_.keeps_plans) {
    ASSAY_TRY(std::ignore, client_.flush_plans());
  }
  const djinn::ByteCounters before = client_.counters();
  const Nanoseconds start = SteadyClock::read();
  ASSAY_TRY(const djinn::AppendResult result, session.decode({next}, 1));
  loop.tokens.push_back({.whole = SteadyClock::read() - start, .plan = result.timers.plan});
  loop.unit.add_bytes(before, client_.counters());
  loop.unit.add(result.timers);
  ++loop.unit.requests;
  if (result.generated.size() != 1 || result.generated[0].size() != 1) {
    return Error::environment("the server wrote something else than one token");
  }
  next = result.generated[0];
  written_.push_back(next[0]);
  return {};
}

/// The prompt is put through beforehand, but for its last token. The loop begins with an empty
/// cache, so that one that is kept misses once.
Result<LoopTrace> LoopArm::perform() {
  written_.clear();
  LoopTrace loop;
  ASSAY_TRY(djinn::Session session, model_.open_session({.capacity = task_->capacity()}));
  std::vector<djinn::TokenId> prompt = task_->prompts[0];
  std::vector<djinn::TokenId> next{prompt.back()};
  prompt.pop_back();
  if (!prompt.empty()) {
    ASSAY_TRY(std::ignore, session.prefill({prompt}, djinn::OutputPolicy::kNone));
  }
  ASSAY_TRY(std::ignore, client_.flush_plans());
  ASSAY_TRY(const codec::Node before, server_->stats("plan_cache"));
  for (std::int64_t i = 0; i < task_->decode; ++i)
    ASSAY_TRY_VOID(ask(session, next, loop));
  ASSAY_TRY(const codec::Node after, server_->stats("plan_cache"));
  for (const auto& [name, into] : {std::pair("hits", &loop.hits), {"misses", &loop.misses}}) {
    ASSAY_TRY(const std::int64_t first, count_in(before, name));
    ASSAY_TRY(const std::int64_t last, count_in(after, name));
    *into = last - first;
  }
  ASSAY_TRY_VOID(session.close());
  return loop;
}

spec::Factors LoopArm::observed() const {
  const bool made_all = probed_.misses >= std::ssize(probed_.tokens);
  const std::string& address = server_->address();
  spec::Factors factors{{"model", task_->model},
                        {"prompt", task_->sizes.sequence},
                        {"tokens", std::ssize(probed_.tokens)},
                        {"plans", made_all ? "flushed" : "kept"},
                        // The server refuses what it does not know and says nothing more of it.
                        {"compile", request_.compile},
                        {"transport", address.substr(0, address.find(':'))},
                        {"device", device_},
                        {"parameters", task_->parameters()}};
  observe_threads(factors);
  return factors;
}

Result<Preparation> prepare_loop(const spec::Factors& asked, Bench& bench,
                                 const std::shared_ptr<Shared>& shared) {
  if (bench.cache == measure::CacheState::kRotated) {
    return Preparation(
        Unsupported{"a model has one copy of its data: cache rotated cannot be had"});
  }
  ASSAY_TRY(LoopRequest request, read_request(asked, bench));
  ASSAY_TRY(const auto task, make_task(std::move(request.task)));
  TrialServerRequest wanted{.device = request.device,
                            .threads = request.threads,
                            .is_tcp = request.transport == "tcp",
                            .purpose = format("{} {}", request.compile, request.keeps_plans)};
  wanted.text = task->weights * 3 + Bytes(64 * kMebi);
  wanted.stack = task->scratch + Bytes(64 * kMebi);
  wanted.data = task->states * 3 + Bytes(32 * kMebi);
  ASSAY_TRY(auto server, shared->servers.get(wanted));
  ASSAY_TRY(std::string device, server->device());
  ASSAY_TRY(djinn::Client client, server->connect({.client = "workload", .shares_memory = false}));
  ASSAY_TRY(const graph::Weights weights, weights_of(*task));
  ASSAY_TRY(
      djinn::Model model,
      client.load(task->graph, weights, {.name = task->model, .compile_mode = request.compile}));
  auto arm =
      std::make_unique<LoopArm>(std::move(request), task, std::move(server), std::move(client),
                                std::move(model), std::move(device), shared);
  ASSAY_TRY_VOID(arm->probe());
  return Preparation(std::move(arm));
}

Result<void> check_is_listed(const std::string& name) {
  ASSAY_TRY_VOID(check_model_name(name));
  if (name.starts_with(kCheckpoint)) return {};
  ASSAY_TRY(const graph::Graph graph, models::build_model(name));
  if (graph.of_kind(graph::NodeKind::kState).empty()) {
    return Error::user("model {} writes no text; expected a decoder, as gpt2", name);
  }
  return {};
}

}  // namespace

WorkloadDefinition token_loop_workload(std::shared_ptr<const backend::Registry> devices,
                                       std::string program) {
  WorkloadDefinition definition;
  definition.entry.name = "token_loop";
  definition.entry.about = "A client asks a server for one token after the other.";
  spec::Parameter model =
      text_parameter("model", "A decoder's name, as gpt2; or checkpoint:FOLDER.", "gpt2_2x64x2");
  model.check = check_is_listed;
  definition.entry.parameters = {
      model,
      integer_parameter("prompt", "Tokens before the loop.", 1, 7),
      integer_parameter("tokens", "Tokens of the loop.", 2, 100),
      choice_parameter("plans", "Whether the server keeps them from token to token.",
                       {"kept", "flushed"}),
      choice_parameter("compile",
                       "reduce-overhead replays a recorded run; see docs/concepts/engine.md.",
                       {"reduce-overhead", "default", "none", "max-autotune"}),
      choice_parameter("transport", "Between client and server.", {"unix", "tcp"}),
      device_parameter(devices)};
  definition.entry.metrics = loop_metric_entries();
  const auto shared = std::make_shared<Shared>(
      Shared{TrialServers(devices, std::move(program)), AnswerBook(devices)});
  definition.prepare = [shared](const spec::Factors& asked, Bench& bench) {
    return prepare_loop(asked, bench, shared);
  };
  return definition;
}

}  // namespace assay::workload
