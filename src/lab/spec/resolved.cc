// SPDX-License-Identifier: MIT
#include "lab/spec/resolved.h"

#include <span>
#include <string>
#include <utility>

#include "lab/spec/quantity.h"

namespace assay::spec {
namespace {

using codec::Node;

Node map_of(std::initializer_list<std::pair<std::string_view, Node>> entries) {
  Node map = Node::map();
  for (const auto& [key, value] : entries) {
    map.set(key, value);
  }
  return map;
}

Node list_of(std::span<const std::string> texts) {
  Node list = Node::list();
  for (const std::string& text : texts) {
    list.append(text);
  }
  return list;
}

void set_where(Node& map, const Expression& where) {
  if (!where.empty()) map.set("where", where.text());
}

Node axes_node(const Spec& spec) {
  Node axes = Node::map();
  for (const Axis& axis : spec.axes) {
    Node rows = Node::list();
    std::string label = axis.label;
    for (const std::string& name : axis.names) {  // Of a Spec that no file has made.
      if (axis.label.empty()) label += (label.empty() ? "" : "+") + name;
    }
    for (const std::vector<Scalar>& row : axis.rows) {
      Node zipped = Node::map();
      for (std::size_t i = 0; i < row.size(); ++i) {
        zipped.set(axis.names[i], row[i]);
      }
      rows.append(row.size() == 1 ? Node(row.front()) : std::move(zipped));
    }
    axes.set(label, std::move(rows));
  }
  return axes;
}

Node arms_node(const Spec& spec) {
  Node arms = Node::map();
  for (const Arm& arm : spec.arms) {
    arms.set(arm.name, to_node(arm.overrides));
  }
  return arms;
}

/// A factor's value alone; of a zipped axis all that it sets.
Node side_node(const Comparison& comparison, const Factors& side) {
  const Scalar* value = side.entries().size() == 1 ? side.find(comparison.axis) : nullptr;
  return value != nullptr ? Node(*value) : to_node(side);
}

Node compare_node(const Spec& spec) {
  Node comparisons = Node::map();
  for (const Comparison& comparison : spec.compare) {
    Node pairs = Node::list();
    for (const auto& [base, other] : comparison.pairs) {
      Node pair = Node::list();
      pair.append(side_node(comparison, base));
      pair.append(side_node(comparison, other));
      pairs.append(std::move(pair));
    }
    Node node = map_of({{"axis", comparison.axis},
                        {"pairs", std::move(pairs)},
                        {"arms", list_of(comparison.arms)}});
    set_where(node, comparison.where);
    comparisons.set(comparison.name, std::move(node));
  }
  return comparisons;
}

Node measure_node(const measure::Policy& policy) {
  const bool is_piloted = policy.sample_length == Nanoseconds(0);
  return map_of({{"warmup_samples_min", policy.warmup_samples_min},
                 {"warmup_max", exact_text(policy.warmup_max)},
                 {"samples_min", policy.samples_min},
                 {"samples_max", policy.samples_max},
                 {"budget", exact_text(policy.budget)},
                 {"sample_length", is_piloted ? "auto" : exact_text(policy.sample_length)},
                 {"width_target", policy.width_target},
                 {"cache", measure::to_text(policy.cache)}});
}

Node run_node(const RunPolicy& run) {
  return map_of({{"processes", run.processes},
                 {"processes_max", run.processes_max},
                 {"width_target", run.width_target},
                 {"budget", exact_text(run.budget)},
                 {"isolate", run.isolate == Isolation::kTrial ? "trial" : "group"},
                 {"order", run.order == Order::kShuffled ? "shuffled" : "listed"},
                 {"trial_timeout", exact_text(run.trial_timeout)},
                 {"memory_max", exact_text(run.memory_max)},
                 {"threads", run.threads},
                 {"floor_trials", run.floor_trials},
                 {"seed", static_cast<std::int64_t>(run.seed)}});
}

std::string bound_text_of(const Claim& claim) {
  const std::string_view sign = claim.bound == Bound::kBelow ? "<" : ">";
  if (!claim.is_of_value || claim.unit != "ns") return format("{} {}", sign, claim.limit);
  return format("{} {}", sign, exact_text(Nanoseconds(static_cast<std::int64_t>(claim.limit))));
}

Node claims_node(const Spec& spec) {
  Node claims = Node::map();
  for (const Claim& claim : spec.claims) {
    Node node = map_of({{"says", claim.says}, {"metric", claim.metric}});
    if (!claim.comparison.empty()) node.set("compare", claim.comparison);
    node.set(claim.is_of_value ? "arm" : "base", claim.base);
    if (!claim.is_of_value) node.set("other", claim.other);
    set_where(node, claim.where);
    if (claim.bound == Bound::kWithin) {
      node.set("within", claim.limit);
    } else {
      node.set(claim.is_of_value ? "value" : "ratio", bound_text_of(claim));
    }
    node.set("every", claim.every);
    node.set("confidence", claim.confidence);
    node.set("processes_min", claim.processes_min);
    claims.set(claim.id, std::move(node));
  }
  return claims;
}

Node figures_node(const Spec& spec) {
  Node figures = Node::map();
  for (const FigureRequest& figure : spec.figures) {
    Node node = map_of({{"kind", figure.kind},
                        {"title", figure.title},
                        {"x", figure.x},
                        {"y", figure.y},
                        {"color", figure.color},
                        {"facet", figure.facet}});
    set_where(node, figure.where);
    figures.set(figure.id, std::move(node));
  }
  return figures;
}

Node tables_node(const Spec& spec) {
  Node tables = Node::map();
  for (const TableRequest& table : spec.tables) {
    Node node =
        map_of({{"kind", table.kind}, {"title", table.title}, {"columns", list_of(table.columns)}});
    set_where(node, table.where);
    tables.set(table.id, std::move(node));
  }
  return tables;
}

Node results_node(const Spec& spec) {
  Node node = Node::map();
  if (!spec.results.label.empty()) node.set("label", spec.results.label);
  Node suffixes = Node::map();
  for (const auto& [suffix, condition] : spec.results.suffixes) {
    suffixes.set(suffix, condition.text());
  }
  if (!spec.results.suffixes.empty()) node.set("suffixes", std::move(suffixes));
  Node groups = Node::map();
  for (const ResultsGroup& group : spec.results.groups) {
    Node factors = Node::map();
    for (const auto& [field, factor] : group.factors) {
      factors.set(field, factor);
    }
    groups.set(group.name, std::move(factors));
  }
  if (!spec.results.groups.empty()) node.set("groups", std::move(groups));
  return node;
}

Node expect_node(const Expect& expect) {
  Node node = Node::map();
  if (expect.trials >= 0) node.set("trials", expect.trials);
  if (expect.cells >= 0) node.set("cells", expect.cells);
  node.set("statuses", list_of(expect.statuses));
  return node;
}

}  // namespace

Node resolved_document(const Spec& spec) {
  Node document = map_of({{"schema", kSpecSchema},
                          {"scale", spec.scale},
                          {"path", spec.path.string()},
                          {"overrides", list_of(spec.overrides)},
                          {"name", spec.name},
                          {"group", spec.group},
                          {"question", spec.question},
                          {"workload", spec.workload},
                          {"params", to_node(spec.params)},
                          {"axes", axes_node(spec)}});
  set_where(document, spec.where);
  document.set("arms", arms_node(spec));
  document.set("compare", compare_node(spec));
  document.set("measure", measure_node(spec.measure));
  document.set("run", run_node(spec.run));
  document.set("claims", claims_node(spec));
  document.set("figures", figures_node(spec));
  document.set("tables", tables_node(spec));
  document.set("results", results_node(spec));
  document.set("expect", expect_node(spec.expect));
  return document;
}

}  // namespace assay::spec
