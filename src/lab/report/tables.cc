// SPDX-License-Identifier: MIT
#include "lab/report/tables.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/format.h"
#include "core/nearest.h"
#include "lab/report/baselines.h"
#include "lab/report/metrics.h"
#include "lab/report/points.h"

namespace assay::report {
namespace {

using codec::Scalar;
using figure::Cell;
using figure::Table;

bool any_number(const std::vector<Point>& points, std::string_view name) {
  return std::ranges::any_of(points, [&](const Point& point) {
    const Cell cell = cell_of(point, name);
    const auto* const value = std::get_if<Value>(&cell);
    return value != nullptr && value->has_number();
  });
}

bool arms_differ(const std::vector<Point>& points) {
  return std::ranges::any_of(points, [&](const Point& point) {
    return cell_of(point, "arm") != cell_of(points.front(), "arm");
  });
}

void append_if_known(std::vector<std::string>& columns, const std::vector<Point>& points,
                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (any_number(points, name)) columns.emplace_back(name);
  }
}

std::vector<std::string> columns_of_cells(const std::vector<Point>& points) {
  std::vector<std::string> columns = varying_factors(points);
  if (arms_differ(points)) columns.emplace_back("arm");
  columns.emplace_back("time");
  append_if_known(columns, points, {"flops_rate", "p50", "p90", "p99", "ratio"});
  columns.emplace_back("processes");
  return columns;
}

std::vector<std::string> columns_of_ratios(const std::vector<Point>& points) {
  std::vector<std::string> columns;
  const bool has_comparisons = std::ranges::any_of(
      points, [](const Point& point) { return point.names.find("comparison") != nullptr; });
  if (has_comparisons) columns = {"comparison", "trial"};
  for (const std::string& name : varying_factors(points))
    columns.push_back(name);
  columns.insert(columns.end(), {"base", "other", "ratio"});
  append_if_known(columns, points, {"ratio_per_work"});
  columns.emplace_back("p_adjusted");
  return columns;
}

Table filled(const RunView& view, const spec::TableRequest& request,
             const std::vector<Point>& points, const std::vector<std::string>& names) {
  Table table{.id = request.id, .title = request.title, .columns = {}, .rows = {}, .notes = {}};
  for (const std::string& name : names)
    table.columns.push_back(column_of(name, view.spec.metrics));
  for (const Point& point : points) {
    std::vector<Cell> row;
    for (const std::string& name : names)
      row.push_back(cell_of(point, name));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// The extreme value of a metric among points, as it was found: interval, state and all.
Cell extreme(const std::vector<const Point*>& points, std::string_view name, bool largest) {
  std::optional<Value> best;
  for (const Point* const point : points) {
    const Cell cell = cell_of(*point, name);
    const auto* const value = std::get_if<Value>(&cell);
    if (value == nullptr || !value->has_number()) continue;
    const bool is_better = !best || (value->number() > best->number()) == largest;
    if (is_better) best = *value;
  }
  return best ? Cell(*best) : Cell(Scalar());
}

Cell share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return Scalar();
  return Scalar(static_cast<double>(part) / static_cast<double>(whole));
}

std::vector<Cell> summary_row(const std::string& arm, const std::vector<const Point*>& points) {
  const auto count = std::ranges::count_if(
      points, [](const Point* point) { return point->cell->time.state() == State::kMeasured; });
  const auto missing = std::ranges::count_if(
      points, [](const Point* point) { return !point->cell->time.has_number(); });
  std::int64_t samples = 0;
  std::int64_t doubtful = 0;
  for (const Point* const point : points) {
    samples += point->cell->samples;
    doubtful += point->cell->doubtful_samples;
  }
  return {Scalar(arm),
          Scalar(std::ssize(points)),
          Scalar(std::int64_t{count}),
          Scalar(std::int64_t{missing}),
          extreme(points, "time", false),
          extreme(points, "time", true),
          extreme(points, "flops_rate", true),
          extreme(points, "ratio", false),
          extreme(points, "ratio", true),
          share_of(doubtful, samples)};
}

Table summary(const spec::TableRequest& request, const std::vector<Point>& points) {
  Table table{.id = request.id,
              .title = request.title,
              .columns = {{"arm", "", ""},
                          {"points", "", ""},
                          {"measured", "", ""},
                          {"missing", "without a number", ""},
                          {"time_min", "shortest time", "ns"},
                          {"time_max", "longest time", "ns"},
                          {"flops_rate_max", "highest rate", "FLOP/s"},
                          {"ratio_min", "smallest ratio to base", "ratio"},
                          {"ratio_max", "largest ratio to base", "ratio"},
                          {"doubtful", "doubtful samples", "fraction"}},
              .rows = {},
              .notes = {}};
  std::vector<std::pair<std::string, std::vector<const Point*>>> arms;
  for (const Point& point : points) {
    auto arm = std::ranges::find(arms, point.cell->arm,
                                 &std::pair<std::string, std::vector<const Point*>>::first);
    if (arm == arms.end()) arm = arms.insert(arm, {point.cell->arm, {}});
    arm->second.push_back(&point);
  }
  for (const auto& [arm, of_arm] : arms)
    table.rows.push_back(summary_row(arm, of_arm));
  return table;
}

}  // namespace

std::vector<std::string> table_kinds() {
  return {"cells", "ratios", "summary"};
}

Result<Table> table_of(const RunView& view, const spec::TableRequest& request) {
  const bool is_of_ratios = request.kind == "ratios";
  if (!is_of_ratios && request.kind != "cells" && request.kind != "summary") {
    return Error::user("{}", unknown_name("kind of table", request.kind, table_kinds()));
  }
  ASSAY_TRY(const std::vector<Point> points,
            is_of_ratios ? ratio_points(view, request.where) : cell_points(view, request.where));
  if (request.kind == "summary") return summary(request, points);
  std::vector<std::string> columns = request.columns;
  if (columns.empty())
    columns = is_of_ratios ? columns_of_ratios(points) : columns_of_cells(points);
  return filled(view, request, points, columns);
}

Result<std::vector<Table>> tables_of(const RunView& view) {
  std::vector<Table> tables;
  for (const spec::TableRequest& request : view.spec.tables) {
    auto table = table_of(view, request).context("in tables.{}", request.id);
    if (table) {
      tables.push_back(*std::move(table));
    } else {
      tables.push_back({.id = request.id,
                        .title = request.title,
                        .columns = {{"problem", "cannot be made", ""}},
                        .rows = {{codec::Scalar(table.error().to_string())}},
                        .notes = {}});
    }
  }
  Table baselines = baselines_table(view);
  if (!baselines.rows.empty()) tables.push_back(std::move(baselines));
  return tables;
}

Table points_table(const RunView& view) {
  const auto points = cell_points(view, {});
  Table table{.id = "points",
              .title = "Every point and the command that repeats it",
              .columns = {},
              .rows = {},
              .notes = {}};
  if (!points) return table;
  std::vector<std::string> names = columns_of_cells(*points);
  names.insert(names.begin(), "trial");
  names.emplace_back("samples");
  names.emplace_back("doubtful_samples");
  names.emplace_back("repeat");
  table = filled(
      view, {.id = table.id, .kind = "cells", .title = table.title, .columns = {}, .where = {}},
      *points, names);
  return table;
}

Table cliffs_table(const RunView& view) {
  Table table{.id = "cliffs",
              .title = "Cliffs: steps along an axis, found and tested by permutation",
              .columns = {{"axis", "", ""},
                          {"series", "", ""},
                          {"before", "", ""},
                          {"after", "", ""},
                          {"ratio", "level after / before, per work", "ratio"},
                          {"p", "p-value", ""},
                          {"dispatch", "what changed", ""}},
              .rows = {},
              .notes = {}};
  for (const analysis::Cliff& cliff : view.findings.cliffs) {
    table.rows.push_back({Scalar(cliff.axis), Scalar(spec::to_text(cliff.series)),
                          Scalar(cliff.before), Scalar(cliff.after), Scalar(cliff.ratio),
                          Scalar(cliff.p_value), Scalar(cliff.dispatch)});
  }
  return table;
}

Table periods_table(const RunView& view) {
  Table table{.id = "periods",
              .title = "Periods: what a size that is not a multiple costs",
              .columns = {{"axis", "", ""},
                          {"series", "", ""},
                          {"modulus", "", ""},
                          {"ratio", "not a multiple / multiple, per work", "ratio"},
                          {"p", "p-value", ""}},
              .rows = {},
              .notes = {}};
  for (const analysis::Period& period : view.findings.periods) {
    table.rows.push_back({Scalar(period.axis), Scalar(spec::to_text(period.series)),
                          Scalar(std::int64_t{period.modulus}), Scalar(period.ratio),
                          Scalar(period.p_value)});
  }
  return table;
}

Table floors_table(const RunView& view) {
  Table table{.id = "floors",
              .title = "Floors: the difference seen where there is none (A/A)",
              .columns = {{"cell_class", "class of cell", ""},
                          {"from", "measured at", ""},
                          {"ratio", "A/A ratio", "ratio"},
                          {"detectable", "smallest detectable effect", "fraction"}},
              .rows = {},
              .notes = {"Nothing smaller than the detectable effect is called a difference.",
                        "A cell is held against the floors of its class, else the largest."}};
  for (const analysis::Floor& floor : view.findings.floors) {
    const Cell detectable =
        floor.ratio.has_number()
            ? Cell(Value::of(floor.ratio.state(), floor.detectable, floor.ratio.reason()))
            : Cell(floor.ratio);
    const std::string from = floor.run_id.empty() ? floor.trial_id : "run " + floor.run_id;
    table.rows.push_back({Scalar(floor.cell_class), Scalar(from), floor.ratio, detectable});
  }
  return table;
}

}  // namespace assay::report
