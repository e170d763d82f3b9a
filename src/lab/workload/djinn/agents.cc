// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agents.h"

#include <algorithm>
#include <deque>

#include "core/format.h"
#include "core/random.h"
#include "core/statistics/order_statistics.h"
#include "lab/workload/djinn/agents_request.h"
#include "lab/workload/djinn/density_search.h"
#include "lab/workload/djinn/population_metrics.h"

namespace assay::workload {
namespace {

/// Scripts are dealt out in turn: with few of them a state that is another's own shows all the
/// same.
constexpr std::int64_t kScripts = 4;
/// A hiccup of the machine is not the policy's: who did not keep the SLO is asked once more.
constexpr int kTries = 2;
constexpr std::size_t kWindowsKept = 64;

enum SeedStream : std::uint64_t { kSearchStream, kWindowStream = 16 };

Result<SwapTotals> read_swaps(TrialServer& server) {
  ASSAY_TRY(const codec::Node pool, server.stats("swap_pool"));
  SwapTotals totals;
  ASSAY_TRY(totals.to_host, count_in(pool, "swapped_out_bytes"));
  ASSAY_TRY(totals.to_device, count_in(pool, "swapped_in_bytes"));
  ASSAY_TRY(totals.restores, count_in(pool, "restores"));
  return totals;
}

class AgentsArm final : public PreparedArm {
 public:
  static Result<std::unique_ptr<AgentsArm>> create(const spec::Factors& asked,
                                                   AgentsRequest request,
                                                   std::shared_ptr<TrialServer> server,
                                                   const backend::Registry& devices,
                                                   std::uint64_t seed);

  Result<void> run(std::int64_t times) override;
  spec::Factors observed() const override;
  spec::Factors mechanism() const override;
  Work work() const override { return {}; }
  Result<Verdict> verify() override;
  std::vector<std::pair<std::string, Value>> metrics(std::int64_t calls) const override {
    return population_metrics(density_ ? density_->agents : 0, bound_, windows_, calls);
  }

 private:
  AgentsArm(const spec::Factors& asked, AgentsRequest request, std::shared_ptr<TrialServer> server,
            djinn::Client client, std::uint64_t seed)
      : asked_(asked),
        request_(std::move(request)),
        server_(std::move(server)),
        client_(std::move(client)),
        seed_(seed) {}

  Result<void> load(const backend::Registry& devices);
  Result<AgentCost> measure_alone();
  Result<void> search();
  Result<bool> holds(std::int64_t agents);
  Result<PopulationWindow> live(std::int64_t agents, std::uint64_t seed);

  spec::Factors asked_;
  AgentsRequest request_;
  std::shared_ptr<TrialServer> server_;
  djinn::Client client_;  ///< The model stays loaded while it is connected.
  std::optional<djinn::Model> model_;
  std::uint64_t seed_;
  PopulationPlace place_;
  std::vector<AgentScript> scripts_;
  ServerFacts facts_;
  AgentCost cost_;
  djinn::DensityBound bound_;
  std::optional<DensityFound> density_;
  std::deque<PopulationWindow> windows_;  ///< The latest, at the density that was found.
  std::int64_t windows_run_ = 0;
  std::int64_t compared_ = 0;  ///< Answers of all populations, those of the search among them.
  std::int64_t wrong_ = 0;
  std::string first_failure_;
};

Result<std::unique_ptr<AgentsArm>> AgentsArm::create(const spec::Factors& asked,
                                                     AgentsRequest request,
                                                     std::shared_ptr<TrialServer> server,
                                                     const backend::Registry& devices,
                                                     std::uint64_t seed) {
  ASSAY_TRY(djinn::Client client, server->connect({.client = "agents"}));
  std::unique_ptr<AgentsArm> arm(
      new AgentsArm(asked, std::move(request), std::move(server), std::move(client), seed));
  ASSAY_TRY_VOID(arm->load(devices));
  ASSAY_TRY(arm->facts_, read_server_facts(*arm->server_));
  ASSAY_TRY(arm->cost_, arm->measure_alone().context("with one agent alone"));
  arm->bound_ = bound_of(arm->request_, arm->cost_);
  return arm;
}

Result<void> AgentsArm::load(const backend::Registry& devices) {
  ASSAY_TRY(const AgentModel model, make_agent_model(request_.depth, request_.width));
  ASSAY_TRY(djinn::Model loaded, client_.load(model.graph, model.weights, {.name = "agents"}));
  model_.emplace(std::move(loaded));
  place_ = {.address = server_->address(),
            .model = model_->facts().model,
            .capacity = request_.sizes.context};
  ASSAY_TRY(const auto device, devices.open(request_.server.device));
  ASSAY_TRY(scripts_, write_scripts(*device, model, request_.sizes, kScripts, seed_));
  return {};
}

/// One agent that waits for nothing: what a turn takes when the server has nobody else.
Result<AgentCost> AgentsArm::measure_alone() {
  ASSAY_TRY(djinn::Session session,
            model_->open_session({.capacity = place_.capacity, .may_queue = false}));
  AgentCost cost;
  cost.reserved = Bytes(static_cast<std::int64_t>(session.reserved_bytes()));
  const bool is_arena = request_.server.layout == djinn::DataLayout::kContiguous;
  cost.session =
      is_arena ? cost.reserved
               : Bytes(cost.reserved.count() * request_.sizes.prompt / request_.sizes.context);
  std::vector<double> times;
  for (std::size_t turn = 0; turn < scripts_[0].size(); ++turn) {
    const Turn& script = scripts_[0][turn];
    ASSAY_TRY(const auto answer,
              session.decode({script.says}, static_cast<std::uint32_t>(script.answer.size())));
    ++compared_;
    wrong_ += answer.generated.at(0) == script.answer ? 0 : 1;
    // The first turns read the prompt and make the plans.
    if (turn >= 2 || scripts_[0].size() < 4)
      times.push_back(static_cast<double>(active_time(answer.timers).count()));
  }
  cost.active = Nanoseconds(static_cast<std::int64_t>(statistics::median(times)));
  ASSAY_TRY_VOID(session.close());
  return cost;
}

Result<PopulationWindow> AgentsArm::live(std::int64_t agents, std::uint64_t seed) {
  PopulationRequest population = request_.population;
  population.agents = agents;
  population.seed = seed;
  PopulationWindow window;
  ASSAY_TRY(const SwapTotals before, read_swaps(*server_));
  ASSAY_TRY(window.outcome,
            run_population(place_, scripts_, population.window, draw_agents(population)));
  ASSAY_TRY(const SwapTotals after, read_swaps(*server_));
  window.swapped = {.to_host = after.to_host - before.to_host,
                    .to_device = after.to_device - before.to_device,
                    .restores = after.restores - before.restores};
  window.keeps = keeps(window.outcome, request_.slo);
  compared_ += window.outcome.compared;
  wrong_ += window.outcome.wrong;
  if (first_failure_.empty()) first_failure_ = window.outcome.failure;
  return window;
}

Result<bool> AgentsArm::holds(std::int64_t agents) {
  for (int attempt = 0; attempt < kTries; ++attempt) {
    ASSAY_TRY(const PopulationWindow window,
              live(agents, mix_seed(seed_, kSearchStream + static_cast<std::uint64_t>(attempt))));
    if (window.keeps) return true;
    // Refused, or one in ten late: no hiccup.
    if (window.outcome.opened < agents) return false;
    if (late_turns(window.outcome, request_.slo) * 10 > std::ssize(window.outcome.turns)) {
      return false;
    }
  }
  return false;
}

Result<void> AgentsArm::search() {
  // Half of what there can be at most is within two steps of who comes near it.
  const std::int64_t guess = std::max<std::int64_t>(1, bound_.agents / 2);
  const DensitySearch search{.first = std::min(guess, request_.agents_max),
                             .most = request_.agents_max};
  ASSAY_TRY(density_, search_density(search, [&](std::int64_t agents) { return holds(agents); }));
  return {};
}

Result<void> AgentsArm::run(std::int64_t times) {
  if (!density_) ASSAY_TRY_VOID(search().context("while searching how many agents hold"));
  for (std::int64_t i = 0; i < times && density_->agents > 0; ++i) {
    const auto stream = kWindowStream + static_cast<std::uint64_t>(windows_run_++);
    ASSAY_TRY(PopulationWindow window, live(density_->agents, mix_seed(seed_, stream)));
    windows_.push_back(std::move(window));
    if (windows_.size() > kWindowsKept) windows_.pop_front();
  }
  return {};
}

/// Everything that was ever answered has been compared; one agent more is, now.
Result<Verdict> AgentsArm::verify() {
  ASSAY_TRY(std::ignore, measure_alone());
  return Verdict{
      .correct = wrong_ == 0 && compared_ > 0,
      .method = format("tokens of {} answers against the engine in this process", compared_),
      .error = static_cast<double>(wrong_),
      .tolerance = 0};
}

spec::Factors AgentsArm::observed() const {
  spec::Factors factors = asked_;  // Of the agents, who are drawn here; the server speaks below.
  observe_server(facts_, factors);
  const auto set_time = [&](const char* name, Nanoseconds seen) {
    // The server is told microseconds.
    const double millis = static_cast<double>(seen.count()) / 1e6;
    const double scale = request_.population.time_scale;
    const auto asked = asked_.number(name);
    factors.set(name, asked ? as_asked(*asked, millis / scale, 1e-3 / scale) : millis / scale);
  };
  set_time("idle_after_ms", facts_.idle_after);
  set_time("margin_ms", facts_.margin);
  factors.set("context", place_.capacity);
  factors.set("answered", std::ssize(scripts_[0][0].answer));
  factors.set("session_kb", cost_.reserved.count() / 1024);
  return factors;
}

spec::Factors AgentsArm::mechanism() const {
  std::string asked;
  for (const auto& [agents, does_hold] : density_ ? density_->asked : DensityFound().asked)
    asked += format("{}{}{}", asked.empty() ? "" : " ", agents, does_hold ? "+" : "-");
  return {{"server", server_->place()},
          {"search", asked},
          {"search_ended", density_ && density_->is_most},
          {"bound_by", std::string(to_text(bound_.limit))},
          {"turn_alone_us", static_cast<double>(cost_.active.count()) / 1e3},
          {"answers_compared", compared_},
          {"first_failure", first_failure_}};
}

Result<Preparation> prepare_agents(const spec::Factors& asked, Bench& bench,
                                   const backend::Registry& devices, TrialServers& servers) {
  ASSAY_TRY(AgentsRequest request, read_agents_request(asked));
  auto device = devices.open(request.server.device);
  if (!device && device.error().blame() == Blame::kEnvironment) {
    return Preparation(Unsupported{device.error().message()});
  }
  if (!device) return device.error();
  if ((*device)->facts().is_simulated) {
    return Preparation(Unsupported{
        "a server lives in the machine's time: agents on a simulated device would be neither"});
  }
  ASSAY_TRY(std::shared_ptr<TrialServer> server, servers.get(request.server));
  ASSAY_TRY(auto arm, AgentsArm::create(asked, std::move(request), std::move(server), devices,
                                        bench.buffers.layout_seed()));
  return Preparation(std::unique_ptr<PreparedArm>(std::move(arm)));
}

}  // namespace

WorkloadDefinition agents_workload(std::shared_ptr<const backend::Registry> devices,
                                   std::string program) {
  const auto servers = std::make_shared<TrialServers>(devices, std::move(program));
  WorkloadDefinition definition;
  definition.entry.name = "agents";
  definition.entry.about =
      "The most agents that a server keeps within an SLO, each with a session of its own.";
  definition.entry.parameters = agents_parameters(devices);
  definition.entry.metrics = population_metric_entries();
  definition.entry.check = check_agents_factors;
  definition.prepare = [devices, servers](const spec::Factors& asked, Bench& bench) {
    return prepare_agents(asked, bench, *devices, *servers);
  };
  return definition;
}

}  // namespace assay::workload
