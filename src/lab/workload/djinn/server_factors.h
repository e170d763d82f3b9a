// SPDX-License-Identifier: MIT
// The factors of a server that the workloads with sessions have in common: its memory, how it is
// dealt out to sessions, and the model they share; what is asked, and what the server says it has.
#pragma once

#include <memory>
#include <vector>

#include "engine/backend/registry.h"
#include "lab/spec/factors.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/djinn/trial_server.h"

namespace assay::workload {

std::vector<spec::Parameter> server_parameters(std::shared_ptr<const backend::Registry> devices);
Result<TrialServerRequest> read_server_factors(const spec::Factors& factors);

/// What a server says of itself, over the wire.
struct ServerFacts {
  std::string policy;
  std::string layout;
  Nanoseconds idle_after{0};
  Nanoseconds margin{0};
  Bytes arena;
  Bytes block;
  Bytes states;
  Bytes text;
  Bytes host;
};
Result<ServerFacts> read_server_facts(TrialServer& server);
/// The factors of server_parameters that the server can speak of, in place of what was asked.
void observe_server(const ServerFacts& facts, spec::Factors& factors);

/// As it was asked where what is seen differs by no more than a step of it, else what is seen.
double as_asked(double asked, double seen, double step);

}  // namespace assay::workload
