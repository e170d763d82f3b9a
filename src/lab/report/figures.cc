// SPDX-License-Identifier: MIT
#include "lab/report/figures.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "core/format.h"
#include "core/nearest.h"
#include "lab/figure/reading.h"
#include "lab/report/metrics.h"
#include "lab/report/points.h"

namespace assay::report {
namespace {

using codec::Scalar;
using figure::Cell;
using figure::Column;
using figure::Figure;
using spec::FigureRequest;

std::optional<double> number_of(const Scalar& scalar) {
  if (const auto* const number = std::get_if<double>(&scalar)) return *number;
  if (const auto* const whole = std::get_if<std::int64_t>(&scalar)) {
    return static_cast<double>(*whole);
  }
  return std::nullopt;
}

figure::Shape shape_of(const std::string& kind) {
  if (kind == "line") return figure::Shape::kLine;
  return kind == "bars" || kind == "normalised" ? figure::Shape::kBars : figure::Shape::kPoints;
}

/// Columns of a figure's table: its encodings, then what a reader of a single mark asks for.
std::vector<std::string> column_names(const FigureRequest& request) {
  std::vector<std::string> names;
  for (const std::string& name : {request.x, request.y, request.color, request.facet,
                                  std::string("trial"), std::string("processes")}) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

Figure plain_figure(const RunView& view, const FigureRequest& request,
                    const std::vector<Point>& points) {
  Figure figure{.id = request.id,
                .title = request.title,
                .subtitle = "",
                .shape = shape_of(request.kind),
                .table = {},
                .x = request.x,
                .y = request.y,
                .color = request.color,
                .facet = request.facet,
                .label = "",
                .rules = {},
                .levels = {},
                .zero_based = false};
  figure.table.id = request.id;
  figure.table.title = request.title;
  const std::vector<std::string> names = column_names(request);
  for (const std::string& name : names)
    figure.table.columns.push_back(column_of(name, view.spec.metrics));
  for (const Point& point : points) {
    std::vector<Cell> row;
    for (const std::string& name : names)
      row.push_back(cell_of(point, name));
    figure.table.rows.push_back(std::move(row));
  }
  return figure;
}

std::size_t index_of(const Figure& figure, const std::string& name) {
  const auto& columns = figure.table.columns;
  return static_cast<std::size_t>(std::ranges::find(columns, name, &Column::name) -
                                  columns.begin());
}

std::string facet_text(const spec::Factors& series, const std::string& facet) {
  const Scalar* const value = facet.empty() ? nullptr : series.find(facet);
  return value == nullptr ? "" : codec::to_text(*value);
}

std::string rule_label(const analysis::Cliff& cliff, int count) {
  const std::string place =
      format("{}|{}", figure::number_text(cliff.before), figure::number_text(cliff.after));
  return count == 1 ? format("{} ×{:.2f}", place, cliff.ratio)
                    : format("{} ×{:.2f} ({} series)", place, cliff.ratio, count);
}

/// One rule for each place; the label says the largest step there and in how many series.
void add_cliffs(const RunView& view, Figure& figure) {
  std::map<std::tuple<std::string, double, double>, std::pair<const analysis::Cliff*, int>> places;
  for (const analysis::Cliff& cliff : view.findings.cliffs) {
    if (cliff.axis != figure.x) continue;
    auto& [largest, count] =
        places[{facet_text(cliff.series, figure.facet), cliff.before, cliff.after}];
    ++count;
    if (largest == nullptr || cliff.ratio > largest->ratio) largest = &cliff;
  }
  for (const auto& [place, found] : places) {
    const auto& [facet, before, after] = place;
    figure.rules.push_back({.x = (before + after) / 2,
                            .label = rule_label(*found.first, found.second),
                            .facet = facet});
  }
}

void add_floor(const RunView& view, Figure& figure) {
  figure.levels.push_back({.low = 1, .high = 1, .label = ""});
  double detectable = 0;
  for (const analysis::Floor& floor : view.findings.floors) {
    detectable = std::max(detectable, floor.detectable);
  }
  if (!(detectable > 0)) return;
  figure.levels.push_back({.low = 1 - detectable,
                           .high = 1 + detectable,
                           .label = format("floor ±{:.2g} %", 100 * detectable)});
}

/// x becomes what it costs in memory above the smallest x, and every point says its x.
void against_memory(Figure& figure) {
  const std::size_t x = index_of(figure, figure.x);
  std::optional<double> smallest;
  for (const auto& row : figure.table.rows) {
    const auto number = number_of(std::get<Scalar>(row[x]));
    if (number && *number > 0) smallest = std::min(*number, smallest.value_or(*number));
  }
  figure.table.columns.push_back({.name = "overhead",
                                  .title = format("memory above the smallest {}", figure.x),
                                  .unit = "fraction"});
  for (auto& row : figure.table.rows) {
    const auto number = number_of(std::get<Scalar>(row[x]));
    const bool is_known = number && smallest;
    Scalar overhead;
    if (is_known) overhead = *number / *smallest - 1;
    row.emplace_back(std::move(overhead));
  }
  figure.label = figure.x;
  figure.x = "overhead";
}

/// y relative to y at the first x of the same series and panel.
void relative_to_first(Figure& figure) {
  const std::size_t x = index_of(figure, figure.x);
  const std::size_t y = index_of(figure, figure.y);
  std::map<std::pair<std::string, std::string>, Value> bases;
  const auto key_of = [&](const std::vector<Cell>& row) {
    const auto text_at = [&](const std::string& name) {
      const auto* const scalar =
          name.empty() ? nullptr : std::get_if<Scalar>(&row[index_of(figure, name)]);
      return scalar == nullptr ? "" : codec::to_text(*scalar);
    };
    return std::pair(text_at(figure.color), text_at(figure.facet));
  };
  if (figure.table.rows.empty()) return;
  const Cell first = figure.table.rows.front()[x];
  for (const auto& row : figure.table.rows) {
    const auto* const value = std::get_if<Value>(&row[y]);
    if (row[x] == first && value != nullptr) bases.try_emplace(key_of(row), *value);
  }
  for (auto& row : figure.table.rows) {
    const auto* const value = std::get_if<Value>(&row[y]);
    const auto base = bases.find(key_of(row));
    row[y] = base == bases.end() || value == nullptr
                 ? Value::missing(State::kNotMeasured, "its series has no first point")
                 : *value / base->second;
  }
  Column& column = figure.table.columns[y];
  column.title =
      format("{}, relative to {}", column.title, codec::to_text(std::get<Scalar>(first)));
  column.unit = "ratio";
  figure.subtitle = "relative to the first, from separate trials: intervals are the worst case";
  figure.levels.push_back({.low = 1, .high = 1, .label = ""});
}

Result<void> check_kind(const RunView& view, const FigureRequest& request) {
  const std::vector<std::string> kinds = figure_kinds();
  if (std::ranges::find(kinds, request.kind) == kinds.end()) {
    return Error::user("{}", unknown_name("kind of figure", request.kind, kinds));
  }
  std::vector<std::string> metrics = metric_names();
  for (const spec::MetricEntry& declared : view.spec.metrics) {
    metrics.push_back(declared.name);
  }
  if (std::ranges::find(metrics, request.y) != metrics.end()) return {};
  return Error::user("{}", unknown_name("metric", request.y, metrics));
}

}  // namespace

std::vector<std::string> figure_kinds() {
  return {"line", "bars", "points", "padding", "normalised"};
}

Result<Figure> figure_of(const RunView& view, const FigureRequest& request) {
  ASSAY_TRY_VOID(check_kind(view, request));
  const Metric* const metric = find_metric(request.y);  // None: one of the workload's own.
  const bool is_ratio = metric != nullptr && metric->of_ratio != nullptr;
  ASSAY_TRY(const std::vector<Point> points,
            is_ratio ? ratio_points(view, request.where) : cell_points(view, request.where));
  Figure figure = plain_figure(view, request, points);
  if (request.kind == "line") add_cliffs(view, figure);
  if (is_ratio) add_floor(view, figure);
  if (request.kind == "padding") against_memory(figure);
  if (request.kind == "normalised" && !is_ratio) relative_to_first(figure);
  return figure;
}

Result<std::vector<Figure>> figures_of(const RunView& view) {
  std::vector<Figure> figures;
  for (const FigureRequest& request : view.spec.figures) {
    ASSAY_TRY(Figure figure, figure_of(view, request).context("in figures.{}", request.id));
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace assay::report
