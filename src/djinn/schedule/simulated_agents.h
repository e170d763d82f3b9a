// SPDX-License-Identifier: MIT
// A closed population of agents on a device that exists only as numbers: each asks, computes, says
// IO_WAIT with an estimate that may be wrong or missing, waits for its tool and asks again.
// Admission, working set, slots and idle policy are the real ones; copies take their bytes over a
// rate; time is a number. What a policy would gain is read off here before a server is measured,
// and tests replay thousands of schedules in seconds.
#pragma once

#include <string>
#include <vector>

#include "djinn/schedule/admission.h"
#include "djinn/schedule/idle_policies.h"
#include "djinn/schedule/think_time.h"

namespace assay::djinn {

struct SimulatedPopulation {
  std::int64_t agents = 8;
  std::int64_t cycles = 5;
  Bytes state_first{40'000};  ///< Of a session after its first request,
  Bytes state_growth{2'000};  ///< and by every further one.
  Nanoseconds active{200'000'000};
  EstimateQuality estimates = EstimateQuality::kNoisy;
  std::uint64_t seed = 1;
};

struct SimulatedServer {
  Bytes device{200'000};
  Bytes host{2'000'000};
  std::int64_t slots = 2;
  double to_host_rate = 1e-3;  ///< Bytes a nanosecond: 1 MB/s, so that a copy takes 40 ms.
  double to_device_rate = 1e-3;
  std::string policy = "lazy";
  IdlePolicyOptions policy_options = {};
};

struct SimulatedOutcome {
  std::int64_t cycles_done = 0;
  std::int64_t agents_done = 0;
  std::int64_t open_max = 0;            ///< Sessions that were open at the same time.
  std::vector<Nanoseconds> wakes = {};  ///< From each request to its first moment of compute.
  Bytes to_host{};
  Bytes to_device{};
  Nanoseconds end{0};
};

/// To the end of the last agent. A bug where a rule is broken: memory beyond a budget, a state that
/// is lost, a session that computes without its state, agents that wait for ever.
Result<SimulatedOutcome> simulate_agents(const SimulatedPopulation& population,
                                         const SimulatedServer& server);

}  // namespace assay::djinn
