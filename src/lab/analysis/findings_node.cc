// SPDX-License-Identifier: MIT
#include "lab/analysis/findings_node.h"

#include <cmath>
#include <utility>

namespace assay::analysis {
namespace {

using codec::Node;

Node number_or_null(double number) {
  return std::isfinite(number) ? Node(number) : Node();
}

Node texts(const std::vector<std::string>& items) {
  Node list = Node::list();
  for (const std::string& item : items) {
    list.append(item);
  }
  return list;
}

Node numbers(const std::vector<double>& items) {
  Node list = Node::list();
  for (const double item : items) {
    list.append(number_or_null(item));
  }
  return list;
}

Node node_of(const CellFinding& cell) {
  Node node = Node::map();
  node.set("trial", cell.trial_id);
  node.set("label", cell.label);
  node.set("kind", sweep::to_text(cell.kind));
  if (!cell.comparison.empty()) node.set("comparison", cell.comparison);
  node.set("arm", cell.arm);
  node.set("factors", spec::to_node(cell.factors));
  node.set("mechanism", spec::to_node(cell.mechanism));
  node.set("time_ns", to_node(cell.time));
  node.set("time_clean_ns", to_node(cell.time_clean));
  node.set("time_per_work_ns", to_node(cell.time_per_work));
  node.set("flops_per_second", to_node(cell.flops_rate));
  node.set("bytes_per_second", to_node(cell.bytes_rate));
  node.set("p50_ns", to_node(cell.p50));
  node.set("p90_ns", to_node(cell.p90));
  node.set("p95_ns", to_node(cell.p95));
  node.set("p99_ns", to_node(cell.p99));
  node.set("p999_ns", to_node(cell.p999));
  Node metrics = Node::map();
  for (const auto& [name, value] : cell.metrics) {
    metrics.set(name, to_node(value));
  }
  node.set("metrics", std::move(metrics));
  const bool is_measured = cell.processes > 0;
  const bool is_replicated = cell.processes > 1;
  node.set("between_sd", is_replicated ? number_or_null(cell.between_sd) : Node());
  node.set("within_sd", is_measured ? number_or_null(cell.within_sd) : Node());
  node.set("process_logs", numbers(cell.process_logs));
  node.set("processes", cell.processes);
  node.set("samples", cell.samples);
  node.set("doubtful_samples", cell.doubtful_samples);
  node.set("doubts", texts(cell.doubts));
  node.set("repeat", cell.repeat_command);
  return node;
}

Node node_of(const RatioFinding& ratio) {
  Node node = Node::map();
  node.set("trial", ratio.trial_id);
  node.set("kind", sweep::to_text(ratio.kind));
  if (!ratio.comparison.empty()) node.set("comparison", ratio.comparison);
  node.set("base", ratio.base);
  node.set("other", ratio.other);
  node.set("factors", spec::to_node(ratio.factors));
  node.set("ratio", to_node(ratio.ratio));
  node.set("ratio_per_work", to_node(ratio.ratio_per_work));
  node.set("process_log_ratios", numbers(ratio.process_log_ratios));
  const bool is_tested = ratio.ratio.interval().has_value();
  node.set("p_value", is_tested ? number_or_null(ratio.p_value) : Node());
  const bool is_adjusted = is_tested && ratio.kind != sweep::TrialKind::kFloor;
  node.set("p_adjusted", is_adjusted ? number_or_null(ratio.p_adjusted) : Node());
  return node;
}

Node node_of(const Floor& floor) {
  Node node = Node::map();
  node.set("class", floor.cell_class);
  node.set("trial", floor.trial_id);
  node.set("run", floor.run_id);
  node.set("ratio", to_node(floor.ratio));
  node.set("detectable", floor.ratio.interval() ? number_or_null(floor.detectable) : Node());
  return node;
}

Node node_of(const Cliff& cliff) {
  Node node = Node::map();
  node.set("axis", cliff.axis);
  node.set("series", spec::to_node(cliff.series));
  node.set("before", cliff.before);
  node.set("after", cliff.after);
  node.set("ratio", number_or_null(cliff.ratio));
  node.set("p_value", number_or_null(cliff.p_value));
  node.set("dispatch", cliff.dispatch.empty() ? Node() : Node(cliff.dispatch));
  return node;
}

Node node_of(const Period& period) {
  Node node = Node::map();
  node.set("axis", period.axis);
  node.set("series", spec::to_node(period.series));
  node.set("modulus", period.modulus);
  node.set("ratio", number_or_null(period.ratio));
  node.set("p_value", number_or_null(period.p_value));
  return node;
}

Node node_of(const ClaimFinding& claim) {
  Node node = Node::map();
  node.set("id", claim.id);
  node.set("says", claim.says);
  node.set("verdict", to_text(claim.verdict));
  node.set("value", to_node(claim.value));
  node.set("unit", claim.unit);
  node.set("bound", claim.bound);
  node.set("because", claim.because);
  node.set("processes_needed", claim.processes_needed ? Node(*claim.processes_needed) : Node());
  node.set("trials", texts(claim.trial_ids));
  node.set("self_test_passed", claim.self_test_passed);
  return node;
}

template <class Item>
Node list_of(const std::vector<Item>& items) {
  Node list = Node::list();
  for (const Item& item : items) {
    list.append(node_of(item));
  }
  return list;
}

}  // namespace

Node to_node(const Value& value) {
  Node node = Node::map();
  node.set("value", value.has_number() ? number_or_null(value.number()) : Node());
  const auto& interval = value.interval();
  node.set("low", interval ? number_or_null(interval->low) : Node());
  node.set("high", interval ? number_or_null(interval->high) : Node());
  node.set("state", to_text(value.state()));
  node.set("reason", value.reason());
  return node;
}

Node to_node(const Findings& findings) {
  Node node = Node::map();
  node.set("schema", kFindingsSchema);
  node.set("cells", list_of(findings.cells));
  node.set("ratios", list_of(findings.ratios));
  node.set("floors", list_of(findings.floors));
  node.set("cliffs", list_of(findings.cliffs));
  node.set("periods", list_of(findings.periods));
  node.set("claims", list_of(findings.claims));
  Node& counts = node.set("status_counts", Node::map());
  for (const auto& [status, count] : findings.status_counts) {
    counts.set(status, count);
  }
  return node;
}

}  // namespace assay::analysis
