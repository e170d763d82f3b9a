// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/unit_trace.h"

#include <algorithm>

#include "core/format.h"

namespace assay::workload {
namespace {

using djinn::StageTimers;

/// All but the last one, which is that of the answer before.
Nanoseconds at_the_server(const StageTimers& timers) {
  Nanoseconds sum{0};
  for (const auto& [name, time] : djinn::stages(timers))
    sum += time;
  return sum - timers.send;
}

}  // namespace

void UnitTrace::add(const StageTimers& timers) {
  stages.receive += timers.receive;
  stages.queue += timers.queue;
  stages.plan += timers.plan;
  stages.bind += timers.bind;
  stages.restore += timers.restore;
  stages.execute += timers.execute;
  stages.output += timers.output;
  stages.send += timers.send;
}

void UnitTrace::add_bytes(const djinn::ByteCounters& before, const djinn::ByteCounters& after) {
  sent += after.sent - before.sent;
  received += after.received - before.received;
}

std::vector<spec::MetricEntry> unit_metric_entries() {
  std::vector<spec::MetricEntry> entries{
      {"wire_sent", "sent at the socket, of a unit", "byte"},
      {"wire_received", "received at the socket, of a unit", "byte"},
      {"wire_total", "both ways at the socket, of a unit", "byte"},
      {"requests_sent", "requests of a unit", ""},
      {"time_per_call", "time of a call", "ns"}};
  for (const auto& [name, time] : djinn::stages(StageTimers()))
    entries.push_back(
        {format("stage_{}", name), format("{} at the server, of a request", name), "ns"});
  entries.push_back({"outside", "time of a request outside the server's stages", "ns"});
  return entries;
}

std::vector<std::pair<std::string, Value>> unit_metrics(const std::deque<UnitTrace>& units,
                                                        std::int64_t units_asked) {
  const auto count = std::clamp<std::int64_t>(units_asked, 0, std::ssize(units));
  UnitTrace sum{.calls = 0};
  for (auto unit = units.end() - count; unit != units.end(); ++unit) {
    sum.is_served = unit->is_served;
    sum.calls += unit->calls;
    sum.requests += unit->requests;
    sum.under_way_most = std::max(sum.under_way_most, unit->under_way_most);
    sum.sent += unit->sent;
    sum.received += unit->received;
    sum.whole += unit->whole;
    sum.add(unit->stages);
  }
  const auto mean = [](auto of, std::int64_t over, const char* why) {
    if (over == 0) return Value::missing(State::kNotMeasured, why);
    return Value::measured(static_cast<double>(of) / static_cast<double>(over));
  };
  const auto of_unit = [&](auto of) { return mean(of, count, "no unit was done"); };
  const auto of_request = [&](Nanoseconds of) {
    return mean(of.count(), sum.is_served ? sum.requests : 0, "no server is asked");
  };
  std::vector<std::pair<std::string, Value>> metrics{
      {"wire_sent", of_unit(sum.sent)},
      {"wire_received", of_unit(sum.received)},
      {"wire_total", of_unit(sum.sent + sum.received)},
      {"requests_sent", of_unit(sum.requests)},
      {"time_per_call", mean(sum.whole.count(), sum.calls, "no unit was done")}};
  for (const auto& [name, time] : djinn::stages(sum.stages))
    metrics.emplace_back(format("stage_{}", name), of_request(time));
  metrics.emplace_back("outside", sum.under_way_most > 1
                                      ? Value::missing(State::kNotMeasured, "requests overlap")
                                      : of_request(sum.whole - at_the_server(sum.stages)));
  return metrics;
}

}  // namespace assay::workload
