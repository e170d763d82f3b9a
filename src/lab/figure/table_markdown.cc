// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "core/format.h"
#include "lab/figure/layout.h"
#include "lab/figure/table_text.h"

namespace assay::figure {
namespace {

using Line = std::vector<std::string>;

/// Columns that the text takes on a terminal: code points, which is right for what we write.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string header_text(const LaidOutColumn& column) {
  return column.unit.empty()
             ? escape_markdown(column.title)
             : format("{} [{}]", escape_markdown(column.title), escape_markdown(column.unit));
}

std::string cell_text(const LaidOutCell& cell) {
  return cell.mark.empty() ? escape_markdown(cell.text)
                           : format("{} [{}]", escape_markdown(cell.text), cell.mark);
}

std::vector<std::size_t> widths_of(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 3);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  return widths;
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string space(width - width_of(text), ' ');
  return to_the_right ? space + text : text + space;
}

std::string joined(const Line& line, const std::vector<std::size_t>& widths, const Layout& layout) {
  std::string text = "|";
  for (std::size_t i = 0; i < line.size(); ++i) {
    text += format(" {} |", padded(line[i], widths[i], layout.columns[i].is_numeric));
  }
  return text + "\n";
}

std::string separator(const std::vector<std::size_t>& widths, const Layout& layout) {
  std::string text = "|";
  for (std::size_t i = 0; i < widths.size(); ++i) {
    text += std::string(widths[i] + 1, '-');
    text += layout.columns[i].is_numeric ? ":|" : "-|";
  }
  return text + "\n";
}

}  // namespace

std::string escape_markdown(std::string_view text) {
  // HTML takes `<` for a tag only before one of these; `< 0.667` may stay as it is.
  const auto opens_tag = [](char next) {
    return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' ||
           next == '!' || next == '?';
  };
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (c == '|') {
      escaped += "\\|";
    } else if (c == '<' && i + 1 < text.size() && opens_tag(text[i + 1])) {
      escaped += "&lt;";
    } else if (c == '\n' || c == '\r' || c == '\t') {
      escaped += ' ';
    } else if (is_control) {
      escaped += format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string to_markdown(const Table& table) {
  const Layout layout = lay_out(table);
  if (layout.columns.empty()) return "(no columns)\n";
  std::vector<Line> lines(1);
  for (const LaidOutColumn& column : layout.columns)
    lines[0].push_back(header_text(column));
  for (const auto& row : layout.rows) {
    Line line;
    for (const LaidOutCell& cell : row)
      line.push_back(cell_text(cell));
    lines.push_back(std::move(line));
  }
  const std::vector<std::size_t> widths = widths_of(lines);
  std::string text = joined(lines[0], widths, layout) + separator(widths, layout);
  for (std::size_t i = 1; i < lines.size(); ++i)
    text += joined(lines[i], widths, layout);
  if (layout.rows.empty()) text += "\nNo rows.\n";
  if (!layout.footnotes.empty() || !table.notes.empty()) text += '\n';
  for (const Footnote& note : layout.footnotes) {
    text += format("- [{}] {}\n", note.mark, escape_markdown(note.text));
  }
  for (const std::string& note : table.notes)
    text += format("- {}\n", escape_markdown(note));
  return text;
}

}  // namespace assay::figure
