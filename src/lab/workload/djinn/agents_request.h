// SPDX-License-Identifier: MIT
// What an arm of the workload `agents` asks for: which agents, on which server, within which SLO.
// Times of the agents and of the server's policy are those of the original study and are scaled
// together; what copying and computing take is not scaled, nor is the SLO.
#pragma once

#include <memory>
#include <vector>

#include "djinn/schedule/density.h"
#include "lab/workload/djinn/agent_population.h"
#include "lab/workload/djinn/server_factors.h"

namespace assay::workload {

struct AgentsRequest {
  TrialServerRequest server;
  std::int64_t depth = 4;
  std::int64_t width = 128;
  ScriptSizes sizes;
  PopulationRequest population;  ///< Without its number of agents and its seed.
  Slo slo;
  std::int64_t agents_max = 1;
};

std::vector<spec::Parameter> agents_parameters(std::shared_ptr<const backend::Registry> devices);
/// What no single parameter says.
Result<void> check_agents_factors(const spec::Factors& factors);
Result<AgentsRequest> read_agents_request(const spec::Factors& factors);

/// What the bound is calculated from: a session's bytes at the least, and the time that a turn
/// takes of a server that has nobody else.
struct AgentCost {
  Bytes session;
  Bytes reserved;
  Nanoseconds active{0};
};
/// Of the policy and the sizes; nothing in it is fitted to a density.
djinn::DensityBound bound_of(const AgentsRequest& request, const AgentCost& cost);

}  // namespace assay::workload
