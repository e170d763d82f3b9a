// SPDX-License-Identifier: MIT
// What populations of agents say besides their time: how many there were and could have been at
// most, how long they waited, and how many bytes went back and forth for every answer.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "core/value.h"
#include "djinn/schedule/density.h"
#include "lab/spec/vocabulary.h"
#include "lab/workload/djinn/agent_population.h"

namespace assay::workload {

/// Of a server, since its start.
struct SwapTotals {
  std::int64_t to_host = 0;
  std::int64_t to_device = 0;
  std::int64_t restores = 0;
};

/// A population at the density that was found.
struct PopulationWindow {
  PopulationOutcome outcome;
  SwapTotals swapped;  ///< From the first session's opening to the last one's end.
  bool keeps = false;
};

/// What population_metrics fills, in its order.
std::vector<spec::MetricEntry> population_metric_entries();

/// `agents`: the density. Of the last `calls` windows (of all, where there are fewer); a percentile
/// is missing below its number of requests.
std::vector<std::pair<std::string, Value>> population_metrics(
    std::int64_t agents, const djinn::DensityBound& bound,
    const std::deque<PopulationWindow>& windows, std::int64_t calls);

}  // namespace assay::workload
