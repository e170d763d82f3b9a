// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/agents_request.h"

#include <algorithm>
#include <cmath>

#include "lab/workload/parameters.h"

namespace assay::workload {
namespace {

Nanoseconds time_of(double value, double unit) {
  return Nanoseconds(std::llround(value * unit));
}

template <class Choice, std::size_t kCount>
Result<Choice> choice_of(const spec::Factors& factors, const char* name,
                         const std::array<std::string_view, kCount>& names) {
  ASSAY_TRY(const std::string text, factors.text(name));
  return static_cast<Choice>(std::ranges::find(names, text) - names.begin());
}

template <std::size_t kCount>
std::vector<std::string> texts_of(const std::array<std::string_view, kCount>& names,
                                  std::size_t count = kCount) {
  return {names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count)};
}

Result<void> read_policy_times(const spec::Factors& factors, AgentsRequest& request) {
  const double scale = request.population.time_scale;
  ASSAY_TRY(const double idle_after, factors.number("idle_after_ms"));
  ASSAY_TRY(const double margin, factors.number("margin_ms"));
  request.server.idle_after = time_of(idle_after * scale, 1e6);
  request.server.margin = time_of(margin * scale, 1e6);
  return {};
}

Result<void> read_population(const spec::Factors& factors, AgentsRequest& request) {
  PopulationRequest& population = request.population;
  ASSAY_TRY(population.time_scale, factors.number("time_scale"));
  ASSAY_TRY(const double window, factors.number("window_s"));
  population.window = time_of(window * population.time_scale, 1e9);
  ASSAY_TRY(population.law, choice_of<djinn::ThinkLaw>(factors, "think", djinn::kThinkLawNames));
  ASSAY_TRY(population.estimates,
            choice_of<djinn::EstimateQuality>(factors, "estimates", djinn::kEstimateQualityNames));
  ASSAY_TRY(const std::int64_t context, factors.integer("context"));
  ASSAY_TRY(const std::int64_t answered, factors.integer("answered"));
  request.sizes = ScriptSizes::of_context(context, answered);
  population.turns_max = request.sizes.turns_max();
  return {};
}

}  // namespace

std::vector<spec::Parameter> agents_parameters(std::shared_ptr<const backend::Registry> devices) {
  std::vector<spec::Parameter> parameters = server_parameters(std::move(devices));
  const std::vector<spec::Parameter> of_agents{
      number_parameter("idle_after_ms", "Of the policy reactive, in the study's time [ms].", 0,
                       1000),
      number_parameter("margin_ms",
                       "A state is fetched so long before its agent, in the study's time [ms].", 0,
                       100),
      choice_parameter("estimates", "What agents say of their waits.",
                       texts_of(djinn::kEstimateQualityNames, 3)),
      choice_parameter("think",
                       "Waits for tools: uniform over 10 to 20 s, or as the gaps of a trace.",
                       texts_of(djinn::kThinkLawNames)),
      number_parameter("time_scale", "Waits, policy and window are multiplied by it.", 1e-4, 1),
      number_parameter("window_s", "Length of a window, in the study's time [s].", 0.1, 60),
      number_parameter("wake_ms", "SLO: p99 from a tool's answer to compute [ms], not scaled.", 0,
                       500),
      number_parameter("request_ms", "SLO: p99 of a request [ms], not scaled.", 0, 3000),
      integer_parameter("agents_max", "Beyond it no population is tried.", 1, 256),
      integer_parameter("context", "Tokens of a session; three quarters are its prompt.", 16, 256),
      integer_parameter("answered", "Tokens of an answer.", 1, 3),
      integer_parameter("depth", "Blocks of the model.", 1, 4),
      integer_parameter("width", "Of a token, in heads of 64.", 64, 128)};
  parameters.insert(parameters.end(), of_agents.begin(), of_agents.end());
  return parameters;
}

Result<void> check_agents_factors(const spec::Factors& factors) {
  ASSAY_TRY(const AgentsRequest request, read_agents_request(factors));
  if (request.sizes.prompt < 1 || request.population.turns_max < 1) {
    return Error::user("context {} has no room for a turn of {} tokens behind the prompt",
                       request.sizes.context, request.sizes.observed + request.sizes.answered);
  }
  return {};
}

Result<AgentsRequest> read_agents_request(const spec::Factors& factors) {
  AgentsRequest request;
  ASSAY_TRY(request.server, read_server_factors(factors));
  ASSAY_TRY_VOID(read_population(factors, request));
  ASSAY_TRY_VOID(read_policy_times(factors, request));
  ASSAY_TRY(request.depth, factors.integer("depth"));
  ASSAY_TRY(request.width, factors.integer("width"));
  ASSAY_TRY(request.agents_max, factors.integer("agents_max"));
  ASSAY_TRY(const double wake, factors.number("wake_ms"));
  ASSAY_TRY(const double whole, factors.number("request_ms"));
  request.slo = {.wake_max = time_of(wake, 1e6), .request_max = time_of(whole, 1e6)};
  return request;
}

djinn::DensityBound bound_of(const AgentsRequest& request, const AgentCost& cost) {
  const std::string& policy = request.server.policy;
  const Seconds think = djinn::think_mean(request.population.law) * request.population.time_scale;
  Seconds resident{0};
  if (policy == "reactive") resident = std::min(Seconds(request.server.idle_after), think);
  const bool swaps = policy != "none";
  return djinn::density_bound({.device = request.server.data,
                               .host = swaps ? request.server.host : Bytes(0),
                               .session = swaps ? cost.session : cost.reserved,
                               .active = Seconds(std::max(cost.active, Nanoseconds(1))),
                               .idle = think,
                               .resident_idle = resident});
}

}  // namespace assay::workload
