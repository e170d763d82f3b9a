// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/population_metrics.h"

#include <algorithm>

#include "core/format.h"
#include "core/statistics/order_statistics.h"

namespace assay::workload {
namespace {

using Metrics = std::vector<std::pair<std::string, Value>>;

/// Of all windows together.
struct Sums {
  std::vector<double> wakes;     // Nanoseconds.
  std::vector<double> requests;  // The same.
  double active = 0;
  double took = 0;
  std::int64_t answers = 0;  ///< The prompts' own among them, whose states moved too.
  SwapTotals swapped;
  std::int64_t kept = 0;
  std::int64_t windows = 0;
};

double count(Nanoseconds time) {
  return static_cast<double>(time.count());
}

void add(const PopulationWindow& window, Sums& sums) {
  for (const TurnTimes& turn : window.outcome.turns) {
    sums.wakes.push_back(count(turn.wake()));
    sums.requests.push_back(count(turn.request));
    sums.active += count(turn.active);
  }
  sums.took += count(window.outcome.took);
  sums.answers += window.outcome.compared;
  sums.swapped.to_host += window.swapped.to_host;
  sums.swapped.to_device += window.swapped.to_device;
  sums.swapped.restores += window.swapped.restores;
  sums.kept += window.keeps ? 1 : 0;
  ++sums.windows;
}

Value over(double part, double whole, const char* nothing) {
  if (!(whole > 0)) return Value::missing(State::kNotMeasured, nothing);
  return Value::measured(part / whole);
}

void add_percentiles(const std::string& name, const std::vector<double>& times, Metrics& metrics) {
  const std::vector<double> sorted = statistics::to_sorted(times);
  for (const auto& [percentile, p] : {std::pair("p50", 0.5), {"p99", 0.99}}) {
    const std::int64_t needed = std::max<std::int64_t>(1, statistics::percentile_samples_min(p));
    metrics.emplace_back(
        format("{}_{}", name, percentile),
        std::ssize(sorted) >= needed
            ? Value::measured(statistics::quantile_of_sorted(sorted, p))
            : Value::missing(State::kNotMeasured, format("{} requests, {} needs {}", sorted.size(),
                                                         percentile, needed)));
  }
}

}  // namespace

std::vector<spec::MetricEntry> population_metric_entries() {
  return {{"agents", "agents within the SLO", ""},
          {"bound", "agents that first principles allow", ""},
          {"of_bound", "agents over what first principles allow", "fraction"},
          {"slo_kept", "windows at that density that kept the SLO", "fraction"},
          {"wake_p50", "p50 from a tool's answer to compute", "ns"},
          {"wake_p99", "p99 from a tool's answer to compute", "ns"},
          {"request_p50", "p50 of a request", "ns"},
          {"request_p99", "p99 of a request", "ns"},
          {"compute_busy", "time in which the server computed for agents", "fraction"},
          {"to_host_per_answer", "bytes copied to the host for an answer", "byte"},
          {"to_device_per_answer", "bytes copied back for an answer", "byte"},
          {"restores_per_answer", "states brought back for an answer", ""}};
}

Metrics population_metrics(std::int64_t agents, const djinn::DensityBound& bound,
                           const std::deque<PopulationWindow>& windows, std::int64_t calls) {
  Sums sums;
  const std::int64_t taken = std::clamp<std::int64_t>(calls, 0, std::ssize(windows));
  for (auto window = windows.end() - taken; window != windows.end(); ++window)
    add(*window, sums);
  const auto found = static_cast<double>(agents);
  Metrics metrics;
  metrics.emplace_back("agents", Value::measured(found));
  metrics.emplace_back("bound", Value::measured(static_cast<double>(bound.agents)));
  metrics.emplace_back(
      "of_bound", over(found, static_cast<double>(bound.agents), "the bound has room for nobody"));
  const char* const kNoWindow = "no agent was within the SLO";
  metrics.emplace_back("slo_kept", over(static_cast<double>(sums.kept),
                                        static_cast<double>(sums.windows), kNoWindow));
  add_percentiles("wake", sums.wakes, metrics);
  add_percentiles("request", sums.requests, metrics);
  metrics.emplace_back("compute_busy", over(sums.active, sums.took, kNoWindow));
  const auto answers = static_cast<double>(sums.answers);
  metrics.emplace_back("to_host_per_answer",
                       over(static_cast<double>(sums.swapped.to_host), answers, kNoWindow));
  metrics.emplace_back("to_device_per_answer",
                       over(static_cast<double>(sums.swapped.to_device), answers, kNoWindow));
  metrics.emplace_back("restores_per_answer",
                       over(static_cast<double>(sums.swapped.restores), answers, kNoWindow));
  return metrics;
}

}  // namespace assay::workload
