// SPDX-License-Identifier: MIT
#include "lab/report/baselines.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/clock.h"
#include "core/codec/fields.h"
#include "lab/analysis/findings_node.h"

namespace assay::report {
namespace {

using analysis::CellFinding;
using codec::Node;
using codec::Scalar;

constexpr std::string_view kBlind = "semantic_blind";
constexpr std::string_view kTarget = "full_djinn";
constexpr double kMebi = 1 << 20;

/// The arms of a trial.
struct Workload {
  std::string name;
  std::vector<const CellFinding*> arms;
  const CellFinding* reference = nullptr;  ///< The framework; the engine where it is not here.
  const CellFinding* blind = nullptr;
};

Value metric(const CellFinding& cell, std::string_view name) {
  const Value* const value = cell.metric(name);
  if (value != nullptr) return *value;
  if (!cell.time.has_number()) return cell.time;
  return Value::missing(State::kNotMeasured, format("the workload measures no {}", name));
}

/// Of one request: a unit of work may be several.
Value per_request(const CellFinding& cell, const Value& of_unit) {
  const Scalar* const calls = cell.factors.find("requests");
  const auto* const count = calls == nullptr ? nullptr : std::get_if<std::int64_t>(calls);
  return of_unit.scaled(1.0 / static_cast<double>(count == nullptr ? 1 : *count));
}

Value latency(const CellFinding& cell) {
  return per_request(cell, cell.time);
}

Value data(const CellFinding& cell, std::string_view name = "wire_total") {
  return per_request(cell, metric(cell, name));
}

std::string text_of(const CellFinding& cell, std::string_view factor) {
  const Scalar* const value = cell.factors.find(factor);
  return value == nullptr ? "" : codec::to_text(*value);
}

std::vector<Workload> workloads_of(const RunView& view) {
  std::vector<Workload> workloads;
  std::vector<std::string> trials;
  for (const CellFinding& cell : view.findings.cells) {
    if (cell.kind != sweep::TrialKind::kCell) continue;
    const auto at = std::ranges::find(trials, cell.trial_id) - trials.begin();
    if (at == std::ssize(trials)) {
      trials.push_back(cell.trial_id);
      workloads.emplace_back().name = text_of(cell, "model");
    }
    workloads[static_cast<std::size_t>(at)].arms.push_back(&cell);
  }
  for (Workload& workload : workloads) {
    const auto find = [&](std::string_view arm) -> const CellFinding* {
      const auto found = std::ranges::find(workload.arms, arm, &CellFinding::arm);
      return found == workload.arms.end() ? nullptr : *found;
    };
    workload.blind = find(kBlind);
    workload.reference = find("native_pytorch");
    if (workload.reference == nullptr || !workload.reference->time.has_number()) {
      workload.reference = find("native");
    }
    if (find(kTarget) == nullptr) workload.blind = nullptr;
  }
  std::erase_if(workloads, [](const Workload& workload) {
    return workload.blind == nullptr || workload.reference == nullptr;
  });
  return workloads;
}

Value none(std::string why) {
  return Value::missing(State::kNotMeasured, std::move(why));
}

/// value - 1, or 1 - value.
Value from_one(const Value& value, bool is_saving) {
  if (!value.has_number()) return value;
  const double sign = is_saving ? -1 : 1;
  std::optional<Interval> interval;
  if (value.interval()) {
    const double a = sign * (value.interval()->low - 1);
    const double b = sign * (value.interval()->high - 1);
    interval = Interval{std::min(a, b), std::max(a, b)};
  }
  return Value::of(value.state(), sign * (value.number() - 1), value.reason(), interval);
}

/// As fractions: 0.05 is five percent.
struct Derived {
  Value overhead;
  Value speedup;
  Value savings;
  Value efficiency;  ///< Saving per overhead.
};

Derived derived_of(const Workload& workload, const CellFinding& cell) {
  Derived derived;
  const bool is_reference = &cell == workload.reference;
  derived.overhead = is_reference ? Value::measured(0)
                                  : from_one(latency(cell) / latency(*workload.reference), false);
  const Value blind_time = latency(*workload.blind);
  const Value blind_data = data(*workload.blind);
  const Value own_data = data(cell);
  derived.speedup = blind_time / latency(cell);
  if (!blind_data.has_number() || !own_data.has_number()) {
    derived.savings = blind_data.has_number() ? own_data : blind_data;
  } else if (!(blind_data.number() > 0)) {
    derived.savings = none("the blind arm moved no bytes");
  } else if (!(own_data.number() > 0)) {
    derived.savings = none("in one process nothing travels");
  } else {
    derived.savings = from_one(own_data / blind_data, true);
  }
  if (!derived.overhead.has_number() || !derived.savings.has_number()) {
    derived.efficiency = derived.overhead.has_number() ? derived.savings : derived.overhead;
  } else if (!(derived.overhead.number() > 0)) {
    derived.efficiency = none("there is no overhead to divide by");
  } else {
    derived.efficiency =
        Value::of(weakest(derived.savings.state(), derived.overhead.state()),
                  derived.savings.number() / derived.overhead.number(), derived.overhead.reason());
  }
  return derived;
}

/// A plain number, or null and its reason under `why_null`.
class Numbers {
 public:
  void set(const std::string& name, const Value& value, double factor = 1) {
    node_.set(name, value.has_number() ? codec::number_node(value.number() * factor) : Node());
    if (!value.has_number()) why_.set(name, value.reason());
  }
  Node take() {
    if (!why_.entries().empty()) node_.set("why_null", std::move(why_));
    return std::move(node_);
  }

 private:
  Node node_ = Node::map();
  Node why_ = Node::map();
};

/// Milliseconds of a request, one for each process.
std::vector<double> latencies_of(const CellFinding& cell) {
  const Value whole = latency(cell);
  if (!whole.has_number() || !(cell.time.number() > 0)) return {};
  const double share = whole.number() / cell.time.number();
  std::vector<double> latencies;
  for (const double log : cell.process_logs)
    latencies.push_back(std::exp(log) * share * 1e-6);
  return latencies;
}

double units_of(const CellFinding& cell) {
  const bool is_known =
      cell.time.has_number() && cell.time_per_work.has_number() && cell.time_per_work.number() > 0;
  const Value whole = latency(cell);
  return is_known && whole.has_number() ? whole.number() / cell.time_per_work.number() : 0;
}

Node runs_node(const CellFinding& cell) {
  Node runs = Node::list();
  const double units = units_of(cell);
  std::int64_t id = 0;
  for (const double milliseconds : latencies_of(cell)) {
    Node run = Node::map();
    run.set("run_id", ++id);
    run.set("latency_ms", codec::number_node(milliseconds));
    run.set("units_processed", codec::number_node(units));
    run.set("throughput_units_per_s", codec::number_node(units / milliseconds * 1e3));
    runs.append(std::move(run));
  }
  return runs;
}

Node aggregates_node(const CellFinding& cell) {
  const std::vector<double> latencies = latencies_of(cell);
  const Value missing = latency(cell).has_number() ? none("no process") : latency(cell);
  const auto over = [&](auto choose) {
    return latencies.empty() ? missing : Value::measured(choose());
  };
  Numbers time;
  time.set("mean", over([&] {
             return std::accumulate(latencies.begin(), latencies.end(), 0.0) /
                    static_cast<double>(latencies.size());
           }));
  time.set("median", latency(cell), 1e-6);
  time.set("p95", per_request(cell, cell.p95), 1e-6);
  time.set("min", over([&] { return std::ranges::min(latencies); }));
  time.set("max", over([&] { return std::ranges::max(latencies); }));
  Node node = Node::map();
  node.set("latency_ms", time.take());
  Numbers rate;
  const Value whole = latency(cell);
  rate.set("mean",
           whole.has_number() ? Value::measured(units_of(cell) * 1e9 / whole.number()) : whole);
  node.set("throughput_units_per_s", rate.take());
  for (const auto& [name, wire] : {std::pair("input_mb", "wire_sent"),
                                   {"output_mb", "wire_received"},
                                   {"total_data_mb", "wire_total"}}) {
    Numbers bytes;
    bytes.set("mean", data(cell, wire), 1 / kMebi);
    node.set(name, bytes.take());
  }
  return node;
}

Node stages_node(const CellFinding& cell) {
  Numbers stages;
  for (const auto& [name, value] : cell.metrics) {
    if (name.starts_with("stage_") || name == "outside") stages.set(name + "_ms", value, 1e-6);
  }
  return stages.take();
}

Node derived_node(const Workload& workload, const CellFinding& cell) {
  const Derived derived = derived_of(workload, cell);
  Numbers numbers;
  numbers.set("latency_overhead_pct_vs_" + workload.reference->arm, derived.overhead, 100);
  if (&cell == workload.reference) return numbers.take();
  numbers.set(format("speedup_vs_{}", kBlind), derived.speedup);
  numbers.set(format("data_savings_pct_vs_{}", kBlind), derived.savings, 100);
  numbers.set("semantic_efficiency_ratio", derived.efficiency);
  const Value own = latency(cell);
  const Value blind = latency(*workload.blind);
  const bool has_both = own.has_number() && blind.has_number();
  numbers.set(format("latency_delta_ms_vs_{}", kBlind),
              has_both ? Value::measured((blind.number() - own.number()) * 1e-6)
                       : (own.has_number() ? blind : own));
  return numbers.take();
}

Node result_node(const Workload& workload, const CellFinding& cell) {
  Node metadata = Node::map();
  metadata.set("unit_name", text_of(cell, "decode") == "0" ? "units of a call" : "tokens");
  metadata.set("device", text_of(cell, "device"));
  metadata.set("dtype", "float32");
  metadata.set("spec", spec::to_node(cell.factors));
  metadata.set("observed", spec::to_node(cell.observed));
  metadata.set("state", to_text(cell.time.state()));
  metadata.set("reason", cell.time.has_number() ? Node() : Node(cell.time.reason()));
  Node node = Node::map();
  node.set("baseline", cell.arm);
  node.set("runner_type", text_of(cell, "way") == "native" ? "local" : "remote_djinn");
  node.set("runs", runs_node(cell));
  node.set("aggregates", aggregates_node(cell));
  node.set("server_stages", stages_node(cell));
  node.set("metadata", std::move(metadata));
  node.set("derived", derived_node(workload, cell));
  return node;
}

Node document_of(const RunView& view, const Workload& workload) {
  Node results = Node::list();
  std::string started;
  for (const CellFinding* cell : workload.arms) {
    results.append(result_node(workload, *cell));
    if (started.empty()) started = cell->started;
  }
  Node inner = Node::map();
  inner.set("workload", workload.name);
  inner.set("category", text_of(*workload.blind, "decode") == "0" ? "stateless" : "sequential");
  inner.set("timestamp", started.empty() ? Node() : Node(started));
  inner.set("results", std::move(results));
  Node experiment = Node::map();
  experiment.set("name", view.spec.name);
  experiment.set("scale", view.spec.scale);
  experiment.set("runs", std::int64_t{view.spec.run.processes});
  experiment.set("reference_baseline", workload.reference->arm);
  experiment.set("blind_baseline", kBlind);
  experiment.set("target_baseline", kTarget);
  Node node = Node::map();
  node.set("config", view.spec.path.string());
  node.set("generated_at", utc_now());
  node.set("experiment", std::move(experiment));
  node.set("workload", std::move(inner));
  return node;
}

}  // namespace

std::vector<BaselineDocument> baseline_documents(const RunView& view) {
  std::vector<BaselineDocument> documents;
  std::set<std::string> stems;
  for (const Workload& workload : workloads_of(view)) {
    std::string stem = file_stem(workload.name);
    for (int again = 2; !stems.insert(stem).second; ++again)
      stem = format("{}_{}", file_stem(workload.name), again);
    documents.push_back({.stem = stem, .node = document_of(view, workload)});
  }
  return documents;
}

figure::Table baselines_table(const RunView& view) {
  figure::Table table{.id = "baselines",
                      .title = "Overhead and what it buys",
                      .columns = {{"workload", "", ""},
                                  {"baseline", "", ""},
                                  {"latency", "latency of a request", "ns"},
                                  {"p95", "p95", "ns"},
                                  {"data", "data of a request", "byte"},
                                  {"overhead", "overhead", "fraction"},
                                  {"speedup", "speed-up against blind", "ratio"},
                                  {"savings", "data saved against blind", "fraction"},
                                  {"efficiency", "saving per overhead", "ratio"}},
                      .rows = {},
                      .notes = {}};
  std::set<std::string> references;
  for (const Workload& workload : workloads_of(view)) {
    references.insert(workload.reference->arm);
    for (const CellFinding* cell : workload.arms) {
      const Derived derived = derived_of(workload, *cell);
      table.rows.push_back({Scalar(workload.name), Scalar(cell->arm), latency(*cell),
                            per_request(*cell, cell->p95), data(*cell), derived.overhead,
                            derived.speedup, derived.savings, derived.efficiency});
    }
  }
  for (const std::string& reference : references)
    table.notes.push_back(format("Overhead is against {}; blind is {}.", reference, kBlind));
  return table;
}

}  // namespace assay::report
