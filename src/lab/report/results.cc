// SPDX-License-Identifier: MIT
#include "lab/report/results.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "core/codec/fields.h"
#include "lab/analysis/findings_node.h"

namespace assay::report {
namespace {

using analysis::CellFinding;
using codec::Node;

constexpr std::string_view kLog = "logs/workers.log";

/// Asked for, as the experiment's groups call them.
Node group_node(const CellFinding& cell, const spec::ResultsGroup& group) {
  Node node = Node::map();
  for (const auto& [field, factor] : group.factors) {
    if (factor == "arm") {
      node.set(field, cell.arm);
      continue;
    }
    const spec::Scalar* value = cell.factors.find(factor);
    node.set(field, value == nullptr ? Node() : Node(*value));
  }
  return node;
}

/// The node whose CPUs computed, where exactly one was observed.
Node numa_node_of(const CellFinding& cell) {
  const spec::Scalar* nodes = cell.observed.find("thread_nodes");
  const auto* text = nodes == nullptr ? nullptr : std::get_if<std::string>(nodes);
  if (text == nullptr) return {};
  int number = 0;
  const char* const end = text->data() + text->size();
  const auto [after, problem] = std::from_chars(text->data(), end, number);
  return problem == std::errc{} && after == end ? Node(number) : Node();
}

Node seconds_node(Nanoseconds duration) {
  return duration.count() > 0 ? codec::number_node(Seconds(duration).count()) : Node();
}

void add_numbers(const CellFinding& cell, Node& node) {
  node.set("time_ns", analysis::to_node(cell.time));
  node.set("time_per_work_ns", analysis::to_node(cell.time_per_work));
  node.set("flops_per_second", analysis::to_node(cell.flops_rate));
  Node percentiles = Node::map();
  percentiles.set("p50", analysis::to_node(cell.p50));
  percentiles.set("p90", analysis::to_node(cell.p90));
  percentiles.set("p95", analysis::to_node(cell.p95));
  percentiles.set("p99", analysis::to_node(cell.p99));
  percentiles.set("p99.9", analysis::to_node(cell.p999));
  node.set("percentiles_ns", std::move(percentiles));
  Node metrics = Node::map();
  for (const auto& [name, value] : cell.metrics) {
    metrics.set(name, analysis::to_node(value));
  }
  node.set("metrics", std::move(metrics));
  node.set("processes", cell.processes);
  node.set("samples", cell.samples);
}

/// "ok", or the state that says why there is no number.
std::string status_of(const CellFinding& cell) {
  return cell.time.has_number() ? "ok" : std::string(to_text(cell.time.state()));
}

Node result_node(const spec::Spec& spec, const CellFinding& cell) {
  const bool success = cell.time.has_number();
  Node node = Node::map();
  node.set("run_id", cell.label);
  node.set("trial", cell.trial_id);
  node.set("kind", sweep::to_text(cell.kind));
  node.set("arm", cell.arm);
  node.set("gpu_id", Node());  // No backend of this version is a GPU.
  node.set("numa_node", numa_node_of(cell));
  for (const spec::ResultsGroup& group : spec.results.groups) {
    node.set(group.name, group_node(cell, group));
  }
  node.set("factors", spec::to_node(cell.factors));
  node.set("observed", spec::to_node(cell.observed));
  node.set("start_time", cell.started.empty() ? Node() : Node(cell.started));
  node.set("duration", seconds_node(cell.duration));
  node.set("status", status_of(cell));
  node.set("success", success);
  node.set("exit_code", cell.processes > 0 ? Node(0) : Node());
  node.set("stdout_log", Node());  // A worker prints nothing; what libraries say goes here:
  node.set("stderr_log", cell.processes > 0 ? Node(kLog) : Node());
  node.set("nsys_report", Node());
  node.set("error", success ? Node() : Node(cell.time.reason()));
  add_numbers(cell, node);
  return node;
}

void add_once(const Node& value, Node& list) {
  if (value.is_null()) return;
  if (std::ranges::find(list.items(), value) == list.items().end()) list.append(value);
}

}  // namespace

Node results_node(const RunView& view) {
  Node list = Node::list();
  for (const CellFinding& cell : view.findings.cells) {
    list.append(result_node(view.spec, cell));
  }
  return list;
}

Node experiment_summary_node(const RunView& view) {
  std::int64_t total = 0;
  std::int64_t successful = 0;
  std::int64_t absent = 0;  // Skipped or unsupported: nobody failed.
  Nanoseconds duration{0};
  Node statuses = Node::map();
  Node labels = Node::list();
  Node nodes = Node::list();
  for (const CellFinding& cell : view.findings.cells) {
    if (cell.kind != sweep::TrialKind::kCell) continue;
    ++total;
    successful += cell.time.has_number() ? 1 : 0;
    const State state = cell.time.state();
    absent += state == State::kSkipped || state == State::kUnsupported ? 1 : 0;
    duration += cell.duration;
    const std::string status = status_of(cell);
    const Node* count = statuses.find(status);
    statuses.set(status, (count == nullptr ? 0 : *count->as_integer()) + 1);
    add_once(Node(cell.label), labels);
    add_once(numa_node_of(cell), nodes);
  }
  const bool is_timed = successful > 0;
  Node node = Node::map();
  node.set("experiment_name", view.spec.name);
  node.set("total_runs", total);
  node.set("successful_runs", successful);
  node.set("failed_runs", total - successful - absent);
  node.set("statuses", std::move(statuses));
  const std::int64_t tried = total - absent;
  node.set("success_rate", tried > 0 ? codec::number_node(static_cast<double>(successful) /
                                                          static_cast<double>(tried))
                                     : Node());
  node.set("average_duration", is_timed ? codec::number_node(Seconds(duration).count() /
                                                             static_cast<double>(successful))
                                        : Node());
  node.set("total_duration", seconds_node(duration));
  node.set("gpu_ids_tested", Node::list());
  node.set("numa_nodes_tested", std::move(nodes));
  node.set("configs_tested", std::move(labels));
  return node;
}

}  // namespace assay::report
