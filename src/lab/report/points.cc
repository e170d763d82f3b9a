// SPDX-License-Identifier: MIT
#include "lab/report/points.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "lab/report/metrics.h"

namespace assay::report {
namespace {

using analysis::CellFinding;
using analysis::RatioFinding;
using codec::Scalar;
using figure::Cell;
using sweep::TrialKind;

using ArmKey = std::pair<std::string_view, std::string_view>;  // (trial, arm)

constexpr std::array<std::string_view, 4> kPlaces{"arm", "base", "other", "comparison"};

/// Where the value of every axis stands in the spec; values of no axis come last.
std::vector<std::size_t> order_of(const Point& point, const spec::Spec& spec) {
  std::vector<std::size_t> order;
  for (const spec::Axis& axis : spec.axes) {
    const auto is_here = [&](const std::vector<Scalar>& row) {
      for (std::size_t i = 0; i < axis.names.size(); ++i) {
        const Scalar* const value = point.names.find(axis.names[i]);
        if (value == nullptr || *value != row[i]) return false;
      }
      return true;
    };
    const auto found = std::ranges::find_if(axis.rows, is_here);
    order.push_back(static_cast<std::size_t>(found - axis.rows.begin()));
  }
  return order;
}

void sort_by_axes(std::vector<Point>& points, const spec::Spec& spec) {
  std::vector<std::pair<std::vector<std::size_t>, std::size_t>> keys;
  for (std::size_t i = 0; i < points.size(); ++i)
    keys.emplace_back(order_of(points[i], spec), i);
  std::ranges::sort(keys);
  std::vector<Point> sorted;
  for (const auto& [order, index] : keys)
    sorted.push_back(std::move(points[index]));
  points = std::move(sorted);
}

Result<std::vector<Point>> selected(std::vector<Point> points, const spec::Expression& where,
                                    const spec::Spec& spec) {
  std::vector<Point> kept;
  for (Point& point : points) {
    ASSAY_TRY(const bool matches, where.matches(point.names));
    if (matches) kept.push_back(std::move(point));
  }
  sort_by_axes(kept, spec);
  return kept;
}

std::map<ArmKey, const CellFinding*> cells_by_arm(const analysis::Findings& findings) {
  std::map<ArmKey, const CellFinding*> cells;
  for (const CellFinding& cell : findings.cells)
    cells[{cell.trial_id, cell.arm}] = &cell;
  return cells;
}

template <class Map>
auto found_in(const Map& map, const ArmKey& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

/// Of the workload's own. A cell without a time has none of these either, for the same reason.
std::optional<Cell> declared_metric(const Point& point, std::string_view name) {
  if (point.cell == nullptr) return std::nullopt;
  if (const Value* const value = point.cell->metric(name)) return Cell(*value);
  const bool is_declared =
      std::ranges::find(*point.metrics, name, &spec::MetricEntry::name) != point.metrics->end();
  if (!is_declared) return std::nullopt;
  if (!point.cell->time.has_number()) return Cell(point.cell->time);
  return Cell(
      Value::missing(State::kNotMeasured, "it was not measured when these records were made"));
}

std::optional<Cell> metric_cell(const Point& point, std::string_view name) {
  const Metric* const metric = find_metric(name);
  if (metric == nullptr) return declared_metric(point, name);
  if (metric->of_cell != nullptr) {
    return point.cell == nullptr ? Cell(Scalar()) : Cell(point.cell->*(metric->of_cell));
  }
  return point.ratio == nullptr ? Cell(Scalar()) : Cell(point.ratio->*(metric->of_ratio));
}

Scalar count_cell(const CellFinding& cell, std::string_view name) {
  if (name == "processes") return std::int64_t{cell.processes};
  if (name == "samples") return cell.samples;
  if (name == "doubtful_samples") return cell.doubtful_samples;
  if (name == "repeat") return cell.repeat_command;
  const Scalar* const mechanism = cell.mechanism.find(name);
  return mechanism == nullptr ? Scalar() : *mechanism;
}

}  // namespace

Result<std::vector<Point>> cell_points(const RunView& view, const spec::Expression& where) {
  std::map<ArmKey, const RatioFinding*> ratios;
  for (const RatioFinding& ratio : view.findings.ratios) {
    ratios[{ratio.trial_id, ratio.other}] = &ratio;
  }
  std::vector<Point> points;
  for (const CellFinding& cell : view.findings.cells) {
    if (cell.kind != TrialKind::kCell) continue;
    Point point{.names = cell.factors,
                .cell = &cell,
                .ratio = found_in(ratios, ArmKey{cell.trial_id, cell.arm}),
                .metrics = &view.spec.metrics};
    point.names.set("arm", cell.arm);
    points.push_back(std::move(point));
  }
  return selected(std::move(points), where, view.spec);
}

Result<std::vector<Point>> ratio_points(const RunView& view, const spec::Expression& where) {
  const auto cells = cells_by_arm(view.findings);
  std::vector<Point> points;
  for (const RatioFinding& ratio : view.findings.ratios) {
    if (ratio.kind == TrialKind::kFloor) continue;
    Point point{.names = ratio.factors,
                .cell = found_in(cells, ArmKey{ratio.trial_id, ratio.other}),
                .ratio = &ratio,
                .metrics = &view.spec.metrics};
    point.names.set("arm", ratio.other);
    point.names.set("base", ratio.base);
    point.names.set("other", ratio.other);
    if (!ratio.comparison.empty()) point.names.set("comparison", ratio.comparison);
    points.push_back(std::move(point));
  }
  return selected(std::move(points), where, view.spec);
}

figure::Column column_of(std::string_view name, const std::vector<spec::MetricEntry>& metrics) {
  const std::string text(name);
  const auto declared = std::ranges::find(metrics, name, &spec::MetricEntry::name);
  if (declared != metrics.end()) {
    return {.name = text, .title = declared->title, .unit = declared->unit};
  }
  if (const Metric* const metric = find_metric(name); metric != nullptr) {
    return {.name = text, .title = std::string(metric->title), .unit = std::string(metric->unit)};
  }
  std::string title = text;
  std::ranges::replace(title, '_', ' ');
  return {.name = text, .title = title, .unit = ""};
}

figure::Cell cell_of(const Point& point, std::string_view name) {
  if (const Scalar* const factor = point.names.find(name); factor != nullptr) return *factor;
  if (const auto metric = metric_cell(point, name)) return *metric;
  if (name == "trial") {
    return Scalar(point.ratio != nullptr ? point.ratio->trial_id : point.cell->trial_id);
  }
  if (name == "label" && point.cell != nullptr) return Scalar(point.cell->label);
  if (name == "p_adjusted" && point.ratio != nullptr) return Scalar(point.ratio->p_adjusted);
  return point.cell == nullptr ? Cell(Scalar()) : Cell(count_cell(*point.cell, name));
}

std::vector<std::string> varying_factors(const std::vector<Point>& points) {
  std::vector<std::string> names;
  if (points.empty()) return names;
  for (const auto& [name, value] : points.front().names.entries()) {
    if (std::ranges::find(kPlaces, name) != kPlaces.end()) continue;
    const bool varies = std::ranges::any_of(points, [&](const Point& point) {
      const Scalar* const other = point.names.find(name);
      return other == nullptr || *other != value;
    });
    if (varies) names.push_back(name);
  }
  return names;
}

}  // namespace assay::report
