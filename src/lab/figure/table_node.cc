// SPDX-License-Identifier: MIT
#include "lab/figure/layout.h"
#include "lab/figure/table_text.h"

namespace assay::figure {
namespace {

using codec::Node;

Node column_node(const Column& column, const LaidOutColumn& laid_out) {
  Node node = Node::map();
  node.set("name", column.name);
  node.set("title", laid_out.title);
  node.set("unit", column.unit);
  node.set("read_in", laid_out.unit);
  node.set("factor", laid_out.factor);
  node.set("numeric", laid_out.is_numeric);
  return node;
}

Node value_node(const Value& value, const std::string& text) {
  Node node = Node::map();
  node.set("value", value.has_number() ? Node(value.number()) : Node());
  if (value.has_number() && value.interval()) {
    node.set("low", value.interval()->low);
    node.set("high", value.interval()->high);
  }
  node.set("state", assay::to_text(value.state()));
  if (!value.reason().empty()) node.set("reason", value.reason());
  node.set("text", text);
  return node;
}

Node cell_node(const Cell& cell, const LaidOutCell& laid_out) {
  if (const auto* const value = std::get_if<Value>(&cell)) return value_node(*value, laid_out.text);
  return Node(std::get<codec::Scalar>(cell));
}

}  // namespace

codec::Node to_node(const Table& table) {
  const Layout layout = lay_out(table);
  Node columns = Node::list();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns.append(column_node(table.columns[i], layout.columns[i]));
  }
  Node rows = Node::list();
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    Node row = Node::list();
    for (std::size_t i = 0; i < table.rows[r].size(); ++i) {
      row.append(cell_node(table.rows[r][i], layout.rows[r][i]));
    }
    rows.append(std::move(row));
  }
  Node notes = Node::list();
  for (const std::string& note : table.notes)
    notes.append(note);
  Node node = Node::map();
  node.set("id", table.id);
  node.set("title", table.title);
  node.set("columns", std::move(columns));
  node.set("rows", std::move(rows));
  node.set("notes", std::move(notes));
  return node;
}

}  // namespace assay::figure
