// SPDX-License-Identifier: MIT
#include "lab/figure/marks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

#include "core/format.h"
#include "core/nearest.h"
#include "lab/figure/layout.h"

namespace assay::figure {
namespace {

struct Encoding {
  std::size_t x = 0;
  std::size_t y = 0;
  std::optional<std::size_t> color;
  std::optional<std::size_t> facet;
  std::optional<std::size_t> label;
};

Result<std::size_t> column_of(const Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &Column::name);
  if (found != table.columns.end()) {
    return static_cast<std::size_t>(found - table.columns.begin());
  }
  std::vector<std::string> names;
  for (const Column& column : table.columns)
    names.push_back(column.name);
  return Error::bug("{}", unknown_name("column", name, names));
}

Result<std::optional<std::size_t>> optional_column(const Table& table, const std::string& name) {
  if (name.empty()) return std::optional<std::size_t>{};
  ASSAY_TRY(const std::size_t column, column_of(table, name));
  return std::optional<std::size_t>{column};
}

Result<Encoding> encoding_of(const Figure& figure) {
  Encoding encoding;
  ASSAY_TRY(encoding.x, column_of(figure.table, figure.x));
  ASSAY_TRY(encoding.y, column_of(figure.table, figure.y));
  ASSAY_TRY(encoding.color, optional_column(figure.table, figure.color));
  ASSAY_TRY(encoding.facet, optional_column(figure.table, figure.facet));
  ASSAY_TRY(encoding.label, optional_column(figure.table, figure.label));
  return encoding;
}

std::string text_of(const Cell& cell) {
  if (const auto* const scalar = std::get_if<codec::Scalar>(&cell)) {
    return std::holds_alternative<std::monostate>(*scalar) ? "" : codec::to_text(*scalar);
  }
  return value_text(std::get<Value>(cell));
}

std::string text_at(const std::vector<Cell>& row, std::optional<std::size_t> column) {
  return column ? text_of(row[*column]) : "";
}

std::optional<double> number_of(const Cell& cell) {
  if (const auto* const value = std::get_if<Value>(&cell)) {
    return value->has_number() ? std::optional(value->number()) : std::nullopt;
  }
  const codec::Scalar& scalar = std::get<codec::Scalar>(cell);
  if (const auto* const number = std::get_if<double>(&scalar)) return *number;
  if (const auto* const whole = std::get_if<std::int64_t>(&scalar)) {
    return static_cast<double>(*whole);
  }
  return std::nullopt;
}

Value value_of(const Cell& cell) {
  if (const auto* const value = std::get_if<Value>(&cell)) return *value;
  const std::optional<double> number = number_of(cell);
  return number ? Value::measured(*number) : Value::missing(State::kNotMeasured, "");
}

std::string title_of(const Column& column) {
  return column.title.empty() ? column.name : column.title;
}

Axis axis_of(const Table& table, std::size_t column) {
  const Column& shown = table.columns[column];
  const Scale scale = scale_for(shown.unit, numbers_of(table, column));
  const std::string title = title_of(shown);
  return {.title = scale.unit.empty() ? title : format("{} [{}]", title, scale.unit),
          .is_numeric = true,
          .factor = scale.factor};
}

std::size_t place_in(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

bool every_x_is_a_number(const Figure& figure, std::size_t x) {
  return figure.shape != Shape::kBars &&
         std::ranges::all_of(figure.table.rows,
                             [x](const auto& row) { return number_of(row[x]).has_value(); });
}

void order(Marks& marks) {
  std::ranges::stable_sort(marks.marks, [&](const Mark& left, const Mark& right) {
    const auto key = [&](const Mark& mark) {
      return std::tuple(std::ranges::find(marks.facets, mark.facet) - marks.facets.begin(),
                        std::ranges::find(marks.series, mark.series) - marks.series.begin(),
                        mark.x);
    };
    return key(left) < key(right);
  });
}

/// "12 without a number: 8 unsupported, 4 timed out"; empty when all have one.
std::string missing_text(const Marks& marks) {
  std::map<State, int> counts;
  int total = 0;
  for (const Mark& mark : marks.marks) {
    if (mark.y.has_number()) continue;
    ++counts[mark.y.state()];
    ++total;
  }
  if (total == 0) return "";
  std::string text;
  for (const auto& [state, count] : counts) {
    text += format("{}{} {}", text.empty() ? "" : ", ", count, state_text(state));
  }
  return format("{} without a number: {}", total, text);
}

/// How far an interval may reach beyond the numbers of its panel: as far as they are apart, or half
/// of the largest where they are close together. What three noisy processes leave can be a hundred
/// times as wide, and an axis that holds it shows nothing else.
Interval room_of(const Marks& marks, const std::string& facet) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Mark& mark : marks.marks) {
    if (mark.facet != facet || !mark.y.has_number()) continue;
    low = std::min(low, mark.y.number());
    high = std::max(high, mark.y.number());
  }
  const double reach = std::max(high - low, 0.5 * std::max(std::abs(low), std::abs(high)));
  return {low - reach, high + reach};
}

void cut_intervals(Marks& marks) {
  for (const std::string& facet : marks.facets) {
    const Interval room = room_of(marks, facet);
    for (Mark& mark : marks.marks) {
      if (mark.facet != facet || !mark.y.has_number() || !mark.y.interval()) continue;
      const Interval whole = *mark.y.interval();
      mark.drawn = Interval{std::max(whole.low, room.low), std::min(whole.high, room.high)};
      mark.is_cut = whole.low < room.low || whole.high > room.high;
    }
  }
}

}  // namespace

Result<Marks> marks_of(const Figure& figure) {
  ASSAY_TRY(const Encoding encoding, encoding_of(figure).context("in figure {}", figure.id));
  Marks all;
  all.x = axis_of(figure.table, encoding.x);
  all.y = axis_of(figure.table, encoding.y);
  if (encoding.color) all.series_title = title_of(figure.table.columns[*encoding.color]);
  if (encoding.facet) all.facet_title = title_of(figure.table.columns[*encoding.facet]);
  all.x.is_numeric = every_x_is_a_number(figure, encoding.x);
  for (std::size_t r = 0; r < figure.table.rows.size(); ++r) {
    const auto& row = figure.table.rows[r];
    Mark mark{.row = r,
              .facet = text_at(row, encoding.facet),
              .series = text_at(row, encoding.color),
              .x = 0,
              .category = text_of(row[encoding.x]),
              .label = text_at(row, encoding.label),
              .y = rescaled(value_of(row[encoding.y]), all.y.factor)};
    mark.x = all.x.is_numeric ? *number_of(row[encoding.x]) * all.x.factor
                              : static_cast<double>(place_in(all.categories, mark.category));
    place_in(all.series, mark.series);
    place_in(all.facets, mark.facet);
    all.marks.push_back(std::move(mark));
  }
  if (all.series.empty()) all.series.emplace_back();
  if (all.facets.empty()) all.facets.emplace_back();
  order(all);
  cut_intervals(all);
  return all;
}

std::vector<std::string> notes_of(const Marks& marks) {
  std::vector<std::string> notes;
  if (std::string missing = missing_text(marks); !missing.empty()) {
    notes.push_back(std::move(missing));
  }
  const auto cut = std::ranges::count_if(marks.marks, &Mark::is_cut);
  if (cut == 1) notes.push_back("1 interval reaches beyond the figure");
  if (cut > 1) notes.push_back(format("{} intervals reach beyond the figure", cut));
  return notes;
}

bool panels_share_y(const Marks& marks) {
  double smallest = 1e300;
  double largest = 0;
  for (const std::string& facet : marks.facets) {
    double top = 0;
    for (const Mark& mark : marks.marks) {
      if (mark.facet == facet && mark.y.has_number()) top = std::max(top, mark.y.number());
    }
    if (!(top > 0)) continue;
    smallest = std::min(smallest, top);
    largest = std::max(largest, top);
  }
  return largest <= 4 * smallest;
}

}  // namespace assay::figure
