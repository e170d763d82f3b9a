// SPDX-License-Identifier: MIT
// A closed population of agents on a server: everybody opens a session and keeps it, asks, says
// IO_WAIT, waits for a tool as long as was drawn beforehand, says COMPUTE and asks again. All begin
// together once all are in, and all stay until the window is over, so that as many sessions as are
// counted were open at the same time. Every answer is compared with the script.
//
//   ASSAY_TRY(auto outcome, run_population({.address = ..., .model = ..., .capacity = 256},
//                                          scripts, draw_agents(...)));
//   holds(outcome, slo)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "djinn/client/session.h"
#include "djinn/schedule/think_time.h"
#include "lab/workload/djinn/agent_script.h"

namespace assay::workload {

/// A wait for a tool, and what the agent believes of it.
struct ToolWait {
  Nanoseconds length{0};
  std::optional<Nanoseconds> estimate = {};
};

struct PopulationRequest {
  std::int64_t agents = 1;
  Nanoseconds window{0};
  djinn::ThinkLaw law = djinn::ThinkLaw::kUniform;
  djinn::EstimateQuality estimates = djinn::EstimateQuality::kExact;
  double time_scale = 1;       ///< Every wait is multiplied by it.
  std::int64_t turns_max = 1;  ///< Of an agent; who has had them waits for the end.
  std::uint64_t seed = 1;
};
/// For each agent its waits, as many as fit the window. The first is part of a wait, so that nobody
/// keeps step with anybody. The waits of an agent do not depend on how many agents there are.
std::vector<std::vector<ToolWait>> draw_agents(const PopulationRequest& request);

struct PopulationPlace {
  std::string address;
  djinn::ModelId model;       ///< Loaded by somebody who stays connected.
  std::int64_t capacity = 0;  ///< Tokens of a session.
};

/// What a server worked for a request: plans, arguments, compute, choosing tokens.
Nanoseconds active_time(const djinn::StageTimers& timers);

/// A request as its agent saw it.
struct TurnTimes {
  Nanoseconds request{0};  ///< From the tool's answer to the model's.
  Nanoseconds active{0};   ///< Of it, what the server worked for it alone.
  Nanoseconds wake() const { return request - active; }
};

struct PopulationOutcome {
  std::int64_t agents = 0;
  std::int64_t opened = 0;  ///< At the same time, when the window began.
  std::vector<TurnTimes> turns = {};
  std::int64_t wrong = 0;     ///< Answers that differ from the script.
  std::int64_t compared = 0;  ///< The prompts' own among them.
  std::int64_t failures = 0;
  std::string failure = {};  ///< The first.
  Nanoseconds took{0};       ///< The window, and whoever was late.
};

/// An error only where no population can be made; what goes wrong for an agent is in the outcome.
/// Agents are refused rather than queued where the server has no room.
Result<PopulationOutcome> run_population(const PopulationPlace& place,
                                         const std::vector<AgentScript>& scripts,
                                         Nanoseconds window,
                                         const std::vector<std::vector<ToolWait>>& agents);

/// What a population has to keep.
struct Slo {
  Nanoseconds wake_max{0};
  Nanoseconds request_max{0};
};
/// Those that missed either bound.
std::int64_t late_turns(const PopulationOutcome& outcome, const Slo& slo);
/// Nobody refused or failed, nothing wrong, and at most one in a hundred wakes and requests beyond
/// its bound. That is a count, which needs no smallest number of requests: with fewer than a
/// hundred none may be late.
bool keeps(const PopulationOutcome& outcome, const Slo& slo);

}  // namespace assay::workload
