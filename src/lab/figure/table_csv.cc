// SPDX-License-Identifier: MIT
#include <algorithm>

#include "core/format.h"
#include "lab/figure/table_text.h"

namespace assay::figure {
namespace {

std::string quoted(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

void add(std::string& line, std::string_view field) {
  line += quoted(field);
  line += ',';
}

void end(std::string& line) {
  if (!line.empty() && line.back() == ',') line.pop_back();
  line += "\r\n";
}

/// A column of values; without rows, one that has a unit.
bool holds_values(const Table& table, std::size_t column) {
  if (table.rows.empty()) return !table.columns[column].unit.empty();
  return std::ranges::any_of(
      table.rows, [&](const auto& row) { return std::holds_alternative<Value>(row[column]); });
}

void add_header(std::string& text, const Column& column, bool is_value) {
  add(text, column.name);
  if (!is_value) return;
  for (const std::string_view suffix : {"low", "high", "state", "reason"}) {
    add(text, format("{}_{}", column.name, suffix));
  }
  if (!column.unit.empty()) add(text, column.name + "_unit");
}

std::string exact(double number) {
  return codec::to_text(codec::Scalar(number));
}

void add_value(std::string& text, const Value& value, const Column& column) {
  add(text, value.has_number() ? exact(value.number()) : "");
  const bool has_interval = value.has_number() && value.interval().has_value();
  add(text, has_interval ? exact(value.interval()->low) : "");
  add(text, has_interval ? exact(value.interval()->high) : "");
  add(text, assay::to_text(value.state()));
  add(text, value.reason());
  if (!column.unit.empty()) add(text, column.unit);
}

void add_cell(std::string& text, const Cell& cell, const Column& column, bool is_value) {
  if (const auto* const value = std::get_if<Value>(&cell)) {
    add_value(text, *value, column);
    return;
  }
  const codec::Scalar& scalar = std::get<codec::Scalar>(cell);
  add(text, std::holds_alternative<std::monostate>(scalar) ? "" : codec::to_text(scalar));
  if (!is_value) return;
  for (int i = 0; i < (column.unit.empty() ? 4 : 5); ++i)
    add(text, "");
}

}  // namespace

std::string to_csv(const Table& table) {
  std::string text;
  std::vector<bool> is_value;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    is_value.push_back(holds_values(table, i));
    add_header(text, table.columns[i], is_value[i]);
  }
  end(text);
  for (const auto& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      add_cell(line, row[i], table.columns[i], is_value[i]);
    }
    end(line);
    text += line;
  }
  return text;
}

}  // namespace assay::figure
