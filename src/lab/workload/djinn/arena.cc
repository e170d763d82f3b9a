// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/arena.h"

#include <algorithm>

#include "core/format.h"
#include "lab/workload/djinn/agent_script.h"
#include "lab/workload/djinn/server_factors.h"
#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

constexpr std::int64_t kScripts = 4;

/// One filling of the memory.
struct Filling {
  std::int64_t admitted = 0;
  std::int64_t wrong = 0;
  Bytes reserved;  ///< The segment for states, when it was full,
  Bytes used;      ///< and of it what tokens take.
  std::string refusal = {};
};

struct ArenaRequest {
  TrialServerRequest server;
  std::int64_t depth = 4;
  std::int64_t width = 128;
  std::int64_t tokens = 256;
  std::int64_t sessions = 1;
};

class ArenaArm final : public PreparedArm {
 public:
  static Result<std::unique_ptr<ArenaArm>> create(const spec::Factors& asked, ArenaRequest request,
                                                  std::shared_ptr<TrialServer> server,
                                                  const backend::Registry& devices,
                                                  std::uint64_t seed);

  Result<void> run(std::int64_t times) override {
    for (std::int64_t i = 0; i < times; ++i) {
      ASSAY_TRY(last_, fill());
      wrong_ += last_.wrong;
      compared_ += last_.admitted;
    }
    return {};
  }
  spec::Factors observed() const override;
  spec::Factors mechanism() const override {
    return {{"server", server_->place()},
            {"session_kb", session_.count() / 1024},
            {"refusal", last_.refusal}};
  }
  /// Tokens that were asked for: the same for every arm, however many were refused.
  Work work() const override {
    return {.units = static_cast<double>(request_.sessions * request_.tokens)};
  }
  Result<Verdict> verify() override;
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override;

 private:
  ArenaArm(const spec::Factors& asked, ArenaRequest request, std::shared_ptr<TrialServer> server,
           djinn::Client client)
      : asked_(asked),
        request_(std::move(request)),
        server_(std::move(server)),
        client_(std::move(client)) {}
  Result<void> load(const backend::Registry& devices, std::uint64_t seed);
  Result<Filling> fill();

  spec::Factors asked_;
  ArenaRequest request_;
  std::shared_ptr<TrialServer> server_;
  djinn::Client client_;
  std::optional<djinn::Model> model_;
  std::vector<AgentScript> scripts_;
  ServerFacts facts_;
  Bytes session_;  ///< That one reserves.
  Filling last_;
  std::int64_t compared_ = 0;
  std::int64_t wrong_ = 0;
};

Result<std::unique_ptr<ArenaArm>> ArenaArm::create(const spec::Factors& asked, ArenaRequest request,
                                                   std::shared_ptr<TrialServer> server,
                                                   const backend::Registry& devices,
                                                   std::uint64_t seed) {
  ASSAY_TRY(djinn::Client client, server->connect({.client = "arena"}));
  std::unique_ptr<ArenaArm> arm(
      new ArenaArm(asked, std::move(request), std::move(server), std::move(client)));
  ASSAY_TRY_VOID(arm->load(devices, seed));
  ASSAY_TRY(arm->facts_, read_server_facts(*arm->server_));
  return arm;
}

Result<void> ArenaArm::load(const backend::Registry& devices, std::uint64_t seed) {
  ASSAY_TRY(const AgentModel model, make_agent_model(request_.depth, request_.width));
  ASSAY_TRY(djinn::Model loaded, client_.load(model.graph, model.weights, {.name = "arena"}));
  model_.emplace(std::move(loaded));
  ASSAY_TRY(const auto device, devices.open(request_.server.device));
  const ScriptSizes sizes{.context = request_.tokens, .prompt = request_.tokens, .answered = 1};
  ASSAY_TRY(scripts_, write_scripts(*device, model, sizes, kScripts, seed));
  return {};
}

/// Opens and fills sessions until there are as many as were wished for, or one is refused.
Result<Filling> ArenaArm::fill() {
  Filling filling;
  std::vector<djinn::Session> sessions;
  while (std::ssize(sessions) < request_.sessions) {
    auto session = model_->open_session({.capacity = request_.tokens, .may_queue = false});
    const bool is_lost = client_.failure().has_value() || client_.channel().is_broken();
    if (!session && is_lost) return session.error();
    if (!session) {
      filling.refusal = session.error().message();
      break;
    }
    session_ = Bytes(static_cast<std::int64_t>(session->reserved_bytes()));
    const Turn& prompt = scripts_[sessions.size() % scripts_.size()][0];
    ASSAY_TRY(const auto answer, session->decode({prompt.says}, 1));
    filling.wrong += answer.generated.at(0) == prompt.answer ? 0 : 1;
    sessions.push_back(*std::move(session));
  }
  filling.admitted = std::ssize(sessions);
  ASSAY_TRY(const codec::Node memory, server_->stats("vmu"));
  const codec::Node* const states = memory.find("data");
  if (states == nullptr) return Error::environment("the server says nothing of its states");
  ASSAY_TRY(const std::int64_t reserved, count_in(*states, "reserved_bytes"));
  ASSAY_TRY(const std::int64_t used, count_in(*states, "used_bytes"));
  filling.reserved = Bytes(reserved);
  filling.used = Bytes(used);
  for (djinn::Session& session : sessions)
    ASSAY_TRY_VOID(session.close());
  return filling;
}

Result<Verdict> ArenaArm::verify() {
  ASSAY_TRY_VOID(run(1));
  // Where an arena is too small for the tokens nobody is let in, and that is the right answer.
  const bool is_refused = compared_ == 0 && !last_.refusal.empty();
  return Verdict{.correct = wrong_ == 0 && (compared_ > 0 || is_refused),
                 .method = format(
                     "the next token of {} sessions against the engine in this process", compared_),
                 .error = static_cast<double>(wrong_),
                 .tolerance = 0};
}

spec::Factors ArenaArm::observed() const {
  spec::Factors factors = asked_;
  observe_server(facts_, factors);
  factors.set("tokens", std::ssize(scripts_[0][0].says));
  return factors;
}

std::vector<std::pair<std::string, Value>> ArenaArm::metrics(std::int64_t /*calls*/) const {
  // Every filling ends alike: what is admitted depends on sizes alone.
  const auto admitted = static_cast<double>(last_.admitted);
  const auto wished = static_cast<double>(request_.sessions);
  const auto reserved = static_cast<double>(last_.reserved.count());
  return {{"sessions_admitted", Value::measured(admitted)},
          {"tokens_refused", Value::measured(1 - admitted / wished)},
          {"utilisation", reserved > 0
                              ? Value::measured(static_cast<double>(last_.used.count()) / reserved)
                              : Value::missing(State::kNotMeasured, "the server has no states")}};
}

std::vector<spec::MetricEntry> arena_metric_entries() {
  return {{"sessions_admitted", "sessions that the device holds", ""},
          {"tokens_refused", "of the tokens of all sessions wished for", "fraction"},
          {"utilisation", "of the memory for states, tokens when it is full", "fraction"}};
}

std::vector<spec::Parameter> arena_parameters(std::shared_ptr<const backend::Registry> devices) {
  std::vector<spec::Parameter> parameters = server_parameters(std::move(devices));
  // Nothing leaves the device here: that is the question of the workload `agents`.
  std::erase_if(parameters, [](const spec::Parameter& parameter) {
    return parameter.name == "policy" || parameter.name == "host_mb";
  });
  parameters.push_back(integer_parameter("tokens", "That every session holds.", 1, 256));
  parameters.push_back(integer_parameter("sessions", "That are wished for.", 1, 32));
  parameters.push_back(integer_parameter("depth", "Blocks of the model.", 1, 4));
  parameters.push_back(integer_parameter("width", "Of a token, in heads of 64.", 64, 128));
  return parameters;
}

Result<ArenaRequest> read_arena_request(spec::Factors factors) {
  factors.set("policy", std::string("none"));
  factors.set("host_mb", std::int64_t{0});
  ArenaRequest request;
  ASSAY_TRY(request.server, read_server_factors(factors));
  ASSAY_TRY(request.tokens, factors.integer("tokens"));
  ASSAY_TRY(request.sessions, factors.integer("sessions"));
  ASSAY_TRY(request.depth, factors.integer("depth"));
  ASSAY_TRY(request.width, factors.integer("width"));
  return request;
}

Result<Preparation> prepare_arena(const spec::Factors& asked, Bench& bench,
                                  const backend::Registry& devices, TrialServers& servers) {
  ASSAY_TRY(ArenaRequest request, read_arena_request(asked));
  auto device = devices.open(request.server.device);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  ASSAY_TRY(std::shared_ptr<TrialServer> server, servers.get(request.server));
  ASSAY_TRY(auto arm, ArenaArm::create(asked, std::move(request), std::move(server), devices,
                                       bench.buffers.layout_seed()));
  ASSAY_TRY_VOID(arm->run(1));  // What a session reserves is observed off one.
  return Preparation(std::unique_ptr<PreparedArm>(std::move(arm)));
}

}  // namespace

WorkloadDefinition arena_workload(std::shared_ptr<const backend::Registry> devices,
                                  std::string program) {
  const auto servers = std::make_shared<TrialServers>(devices, std::move(program));
  WorkloadDefinition definition;
  definition.entry.name = "arena";
  definition.entry.about =
      "Sessions that a device's memory holds in arenas or in pages, and what it wastes on them.";
  definition.entry.parameters = arena_parameters(devices);
  definition.entry.metrics = arena_metric_entries();
  definition.prepare = [devices, servers](const spec::Factors& asked, Bench& bench) {
    return prepare_arena(asked, bench, *devices, *servers);
  };
  return definition;
}

}  // namespace assay::workload
