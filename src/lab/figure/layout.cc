// SPDX-License-Identifier: MIT
#include "lab/figure/layout.h"

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "core/format.h"

namespace assay::figure {
namespace {

std::string mark_of(std::size_t index) {
  std::string mark;
  for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    mark.insert(mark.begin(), static_cast<char>('a' + (rest - 1) % 26));
  }
  return mark;
}

std::string footnote_text(const Value& value) {
  const std::string state = state_text(value.state());
  return value.reason().empty() ? state : format("{}: {}", state, value.reason());
}

/// The mark of the footnote with this text, which is added if it is new.
std::string mark_for(const std::string& text, std::vector<Footnote>& footnotes) {
  const auto known = std::ranges::find(footnotes, text, &Footnote::text);
  if (known != footnotes.end()) return known->mark;
  footnotes.push_back({.mark = mark_of(footnotes.size()), .text = text});
  return footnotes.back().mark;
}

bool is_number(const Cell& cell) {
  if (std::holds_alternative<Value>(cell)) return true;
  const codec::Scalar& scalar = std::get<codec::Scalar>(cell);
  return std::holds_alternative<std::int64_t>(scalar) || std::holds_alternative<double>(scalar);
}

/// A column of numbers and of nothing else but empty cells.
bool is_numeric(const Table& table, std::size_t column) {
  bool has_any = false;
  for (const auto& row : table.rows) {
    const auto* const scalar = std::get_if<codec::Scalar>(&row[column]);
    if (scalar != nullptr && std::holds_alternative<std::monostate>(*scalar)) continue;
    if (!is_number(row[column])) return false;
    has_any = true;
  }
  return has_any;
}

LaidOutColumn lay_out_column(const Table& table, std::size_t index) {
  const Column& column = table.columns[index];
  const Scale scale = scale_for(column.unit, numbers_of(table, index));
  return {.title = column.title.empty() ? column.name : column.title,
          .unit = scale.unit,
          .factor = scale.factor,
          .is_numeric = is_numeric(table, index)};
}

std::string scalar_text(const codec::Scalar& scalar, const LaidOutColumn& column) {
  if (std::holds_alternative<std::monostate>(scalar)) return "";
  if (const auto* const number = std::get_if<double>(&scalar)) {
    return number_text(*number * column.factor);
  }
  const auto* const integer = std::get_if<std::int64_t>(&scalar);
  if (integer != nullptr && column.factor != 1) {
    return number_text(static_cast<double>(*integer) * column.factor);
  }
  return codec::to_text(scalar);
}

LaidOutCell lay_out_cell(const Cell& cell, const LaidOutColumn& column,
                         std::vector<Footnote>& footnotes) {
  if (const auto* const scalar = std::get_if<codec::Scalar>(&cell)) {
    return {.text = scalar_text(*scalar, column), .mark = ""};
  }
  const Value& value = std::get<Value>(cell);
  LaidOutCell laid_out{.text = value_text(rescaled(value, column.factor)), .mark = ""};
  const bool needs_note =
      value.state() != State::kMeasured && (value.has_number() || !value.reason().empty());
  if (needs_note) laid_out.mark = mark_for(footnote_text(value), footnotes);
  return laid_out;
}

}  // namespace

std::vector<double> numbers_of(const Table& table, std::size_t column) {
  std::vector<double> numbers;
  for (const auto& row : table.rows) {
    if (const auto* const value = std::get_if<Value>(&row[column])) {
      if (value->has_number()) numbers.push_back(value->number());
      continue;
    }
    const codec::Scalar& scalar = std::get<codec::Scalar>(row[column]);
    if (const auto* const number = std::get_if<double>(&scalar)) numbers.push_back(*number);
    if (const auto* const integer = std::get_if<std::int64_t>(&scalar)) {
      numbers.push_back(static_cast<double>(*integer));
    }
  }
  return numbers;
}

Layout lay_out(const Table& table) {
  Layout layout;
  for (const auto& row : table.rows) {
    ASSAY_CHECK_EQ(row.size(), table.columns.size(), "a row has a cell for every column");
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    layout.columns.push_back(lay_out_column(table, i));
  }
  for (const auto& row : table.rows) {
    std::vector<LaidOutCell> cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(lay_out_cell(row[i], layout.columns[i], layout.footnotes));
    }
    layout.rows.push_back(std::move(cells));
  }
  return layout;
}

}  // namespace assay::figure
