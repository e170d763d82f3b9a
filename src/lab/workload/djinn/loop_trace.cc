// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/loop_trace.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/format.h"
#include "core/statistics/order_statistics.h"

namespace assay::workload {
namespace {

using Metrics = std::vector<std::pair<std::string, Value>>;

struct Percentile {
  std::string_view name;
  double p;
};
constexpr std::array<Percentile, 3> kPercentiles{{{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}}};

/// Of all loops that are asked about.
struct Gathered {
  std::vector<double> tokens;
  std::vector<double> plans;
  std::vector<double> warm_plans;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::int64_t loops = 0;
  UnitTrace unit;
};

Gathered gather(const std::deque<LoopTrace>& loops, std::int64_t calls) {
  Gathered all;
  all.loops = std::clamp<std::int64_t>(calls, 0, std::ssize(loops));
  for (auto loop = loops.end() - all.loops; loop != loops.end(); ++loop) {
    for (std::size_t i = 0; i < loop->tokens.size(); ++i) {
      all.tokens.push_back(static_cast<double>(loop->tokens[i].whole.count()));
      all.plans.push_back(static_cast<double>(loop->tokens[i].plan.count()));
      if (i > 0) all.warm_plans.push_back(all.plans.back());
    }
    all.hits += loop->hits;
    all.misses += loop->misses;
    all.unit.requests += loop->unit.requests;
    all.unit.sent += loop->unit.sent;
    all.unit.received += loop->unit.received;
    all.unit.add(loop->unit.stages);
  }
  return all;
}

Value ratio(double part, double whole, const char* why) {
  if (!(whole > 0)) return Value::missing(State::kNotMeasured, why);
  return Value::measured(part / whole);
}

Value mean(const std::vector<double>& values) {
  return ratio(std::accumulate(values.begin(), values.end(), 0.0),
               static_cast<double>(values.size()), "no token was asked for");
}

void add_percentiles(const std::vector<double>& tokens, Metrics& metrics) {
  const std::vector<double> sorted = statistics::to_sorted(tokens);
  for (const Percentile& wanted : kPercentiles) {
    const std::int64_t needed = statistics::percentile_samples_min(wanted.p);
    metrics.emplace_back(
        format("token_{}", wanted.name),
        std::ssize(sorted) >= needed
            ? Value::measured(statistics::quantile_of_sorted(sorted, wanted.p))
            : Value::missing(State::kNotMeasured,
                             format("{} tokens, {} needs {}", sorted.size(), wanted.name, needed)));
  }
}

}  // namespace

std::vector<spec::MetricEntry> loop_metric_entries() {
  std::vector<spec::MetricEntry> entries{
      {"plan_hit_rate", "plans that the server found", "fraction"},
      {"plan_misses", "plans that it made, of a loop", ""},
      {"dispatch", "finding or making the plan, mean of a token", "ns"},
      {"dispatch_warm", "the same behind the first token of a loop", "ns"},
      {"token_mean", "mean latency of a token", "ns"}};
  for (const Percentile& percentile : kPercentiles) {
    entries.push_back({format("token_{}", percentile.name),
                       format("{} of a token's latency", percentile.name), "ns"});
  }
  entries.push_back({"wire_token", "both ways at the socket, of a token", "byte"});
  for (const auto& [name, time] : djinn::stages(djinn::StageTimers()))
    entries.push_back(
        {format("stage_{}", name), format("{} at the server, of a token", name), "ns"});
  return entries;
}

std::vector<std::pair<std::string, Value>> loop_metrics(const std::deque<LoopTrace>& loops,
                                                        std::int64_t calls) {
  const Gathered all = gather(loops, calls);
  const auto asked = static_cast<double>(all.hits + all.misses);
  Metrics metrics{
      {"plan_hit_rate", ratio(static_cast<double>(all.hits), asked, "no plan was asked for")},
      {"plan_misses",
       ratio(static_cast<double>(all.misses), static_cast<double>(all.loops), "no loop was done")},
      {"dispatch", mean(all.plans)},
      {"dispatch_warm", mean(all.warm_plans)},
      {"token_mean", mean(all.tokens)}};
  add_percentiles(all.tokens, metrics);
  const auto requests = static_cast<double>(all.unit.requests);
  const auto bytes = static_cast<double>(all.unit.sent + all.unit.received);
  metrics.emplace_back("wire_token", ratio(bytes, requests, "no token was asked for"));
  for (const auto& [name, time] : djinn::stages(all.unit.stages)) {
    metrics.emplace_back(format("stage_{}", name), ratio(static_cast<double>(time.count()),
                                                         requests, "no token was asked for"));
  }
  return metrics;
}

}  // namespace assay::workload
