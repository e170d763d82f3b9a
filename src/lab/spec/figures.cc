// SPDX-License-Identifier: MIT
// `figures:` and `tables:`: what the report shows.
#include <algorithm>

#include "core/nearest.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

/// What every finding has besides its factors.
const std::vector<std::string> kColumnsOfEvery{"arm", "comparison", "trial", "label", "status"};

std::vector<std::string> joined(std::vector<std::string> names,
                                const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

/// The text at `key` if it is one of `known`; "" where the key is absent or empty.
Result<std::string> read_name(const Field& block, std::string_view key, std::string_view kind,
                              const std::vector<std::string>& known) {
  const auto field = block.find(key);
  if (!field) return std::string();
  ASSAY_TRY(const std::string text, field->text());
  if (text.empty()) return text;
  ASSAY_TRY(const std::size_t index, field->choice(kind, known));
  return known[index];
}

Result<std::string> read_kind(const Field& block, std::string_view what,
                              const std::vector<std::string>& known) {
  ASSAY_TRY(const Field field, block.at("kind"));
  ASSAY_TRY(const std::size_t index, field.choice(format("kind of {}", what), known));
  return known[index];
}

Result<FigureRequest> read_figure(const Field& block, const Names& names) {
  ASSAY_TRY_VOID(block.allow_keys(section_keys("figures")));
  const std::vector<std::string> factors = joined(names.parameters, kColumnsOfEvery);
  FigureRequest figure;
  figure.id = block.key();
  ASSAY_TRY(figure.kind, read_kind(block, "figure", names.vocabulary.figures));
  ASSAY_TRY(figure.title, text_or_nothing(block, "title"));
  ASSAY_TRY_VOID(block.at("x"));
  ASSAY_TRY(figure.x, read_name(block, "x", "factor", factors));
  ASSAY_TRY_VOID(block.at("y"));
  ASSAY_TRY(figure.y, read_name(block, "y", "metric", names.metrics()));
  if (figure.x.empty() || figure.y.empty()) {
    return block.error("a figure needs a factor as x and a metric as y");
  }
  ASSAY_TRY(figure.color, read_name(block, "color", "factor", factors));
  if (!block.find("color")) figure.color = "arm";
  ASSAY_TRY(figure.facet, read_name(block, "facet", "factor", factors));
  ASSAY_TRY(figure.where, read_where(block, joined(names.parameters, {"arm"})));
  return figure;
}

Result<TableRequest> read_table(const Field& block, const Names& names) {
  ASSAY_TRY_VOID(block.allow_keys(section_keys("tables")));
  const std::vector<std::string> known =
      joined(joined(names.parameters, names.metrics()), kColumnsOfEvery);
  TableRequest table;
  table.id = block.key();
  ASSAY_TRY(table.kind, read_kind(block, "table", names.vocabulary.tables));
  ASSAY_TRY(table.title, text_or_nothing(block, "title"));
  if (const auto field = block.find("columns")) {
    ASSAY_TRY(const std::vector<Field> items, field->items());
    for (const Field& item : items) {
      ASSAY_TRY(const std::size_t index, item.choice("column", known));
      if (std::ranges::find(table.columns, known[index]) != table.columns.end()) {
        return item.error(format("duplicate column: {}", known[index]));
      }
      table.columns.push_back(known[index]);
    }
  }
  ASSAY_TRY(table.where, read_where(block, joined(names.parameters, {"arm"})));
  return table;
}

template <class Request>
Result<std::vector<Request>> read_all(const Field& document, const Names& names,
                                      std::string_view key,
                                      Result<Request> (*read)(const Field&, const Names&)) {
  std::vector<Request> requests;
  const auto section = document.find(key);
  if (!section) return requests;
  ASSAY_TRY(const std::vector<Field> blocks, section->entries());
  for (const Field& block : blocks) {
    if (block.node().is_null()) continue;  // Left out at this scale.
    if (!is_identifier(block.key())) {
      return block.error_at_key("an id has letters, digits, `_`, `-` and `.` only");
    }
    ASSAY_TRY(Request request, read(block, names));
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace

Result<std::vector<FigureRequest>> read_figures(const Field& document, const Names& names) {
  return read_all<FigureRequest>(document, names, "figures", read_figure);
}

Result<std::vector<TableRequest>> read_tables(const Field& document, const Names& names) {
  return read_all<TableRequest>(document, names, "tables", read_table);
}

}  // namespace assay::spec
