// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

#include "core/format.h"
#include "lab/figure/layout.h"
#include "lab/figure/table_text.h"

namespace assay::figure {
namespace {

constexpr std::size_t kRowsOfOnePage = 40;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSpecial{{
    {"[", "{[}"},  // Else a row that starts with it would be read as the spacing of the one before.
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"_", "\\_"},
    {"%", "\\%"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kSymbols{{
    {"µ", "$\\mu$"},
    {"μ", "$\\mu$"},
    {"±", "$\\pm$"},
    {"×", "$\\times$"},
    {"≤", "$\\leq$"},
    {"≥", "$\\geq$"},
    {"²", "$^2$"},
    {"³", "$^3$"},
    {"–", "--"},
    {"—", "---"},
    {"…", "\\dots{}"},
    {"→", "$\\rightarrow$"},
    {"“", "``"},
    {"”", "''"},
    {"’", "'"},
    {"°", "$^\\circ$"},
    {"·", "$\\cdot$"},
}};

/// Length of the UTF-8 character that starts here, and its code point.
std::pair<std::size_t, std::uint32_t> character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length == 1) return {1, byte(0)};
  if (length > text.size()) return {text.size(), 0xFFFD};
  std::uint32_t code = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = (code << 6) | (byte(i) & 0x3FU);
  return {length, code};
}

std::string escape_character(std::string_view character, std::uint32_t code) {
  for (const auto& [from, to] : kSpecial) {
    if (character == from) return std::string(to);
  }
  for (const auto& [from, to] : kSymbols) {
    if (character == from) return std::string(to);
  }
  if (code < 0x20) return " ";
  if (code < 0x7F) return std::string(character);
  return format("U+{:04X}", code);
}

std::string column_letters(const Layout& layout) {
  std::string letters;
  for (const LaidOutColumn& column : layout.columns)
    letters += column.is_numeric ? 'r' : 'l';
  return letters;
}

std::string header_line(const Layout& layout) {
  std::string line;
  for (const LaidOutColumn& column : layout.columns) {
    if (!line.empty()) line += " & ";
    line += column.title.empty() ? "{}" : escape_latex(column.title);
    if (!column.unit.empty()) line += format(" [{}]", escape_latex(column.unit));
  }
  return line + " \\\\ \\hline\n";
}

std::string row_line(const std::vector<LaidOutCell>& row) {
  std::string line;
  for (const LaidOutCell& cell : row) {
    if (!line.empty()) line += " & ";
    line += cell.text.empty() ? "{}" : escape_latex(cell.text);
    if (!cell.mark.empty()) line += format("$^{{\\mathrm{{{}}}}}$", cell.mark);
  }
  return line + " \\\\\n";
}

std::string notes_text(const Table& table, const Layout& layout) {
  std::string text;
  for (const Footnote& note : layout.footnotes) {
    text += format("\\par\\footnotesize $^{{\\mathrm{{{}}}}}$ {}\n", note.mark,
                   escape_latex(note.text));
  }
  for (const std::string& note : table.notes) {
    text += format("\\par\\footnotesize {}\n", escape_latex(note));
  }
  return text;
}

std::string caption_line(const Table& table) {
  std::string label = table.id;
  std::ranges::replace_if(
      label, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return format("\\caption{{{}}}\\label{{tab:{}}}", escape_latex(table.title), label);
}

std::string short_table(const Table& table, const Layout& layout, const std::string& body) {
  return format(
      "\\begin{{table}}[htbp]\n\\centering\n{}\n\\begin{{tabular}}{{{}}}\n\\hline\n{}{}\\hline\n"
      "\\end{{tabular}}\n{}\\end{{table}}\n",
      caption_line(table), column_letters(layout), header_line(layout), body,
      notes_text(table, layout));
}

std::string long_table(const Table& table, const Layout& layout, const std::string& body) {
  return format(
      "% Over {} rows: \\usepackage{{longtable}}\n\\begin{{longtable}}{{{}}}\n{} \\\\\n\\hline\n"
      "{}\\endhead\n{}\\hline\n\\end{{longtable}}\n{{{}}}\n",
      kRowsOfOnePage, column_letters(layout), caption_line(table), header_line(layout), body,
      notes_text(table, layout));
}

}  // namespace

std::string escape_latex(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const auto [length, code] = character_at(text);
    escaped += escape_character(text.substr(0, length), code);
    text.remove_prefix(length);
  }
  return escaped;
}

std::string to_latex(const Table& table) {
  const Layout layout = lay_out(table);
  if (layout.columns.empty()) return "% a table without columns\n";
  std::string body;
  for (const auto& row : layout.rows)
    body += row_line(row);
  const bool is_short = layout.rows.size() <= kRowsOfOnePage;
  return is_short ? short_table(table, layout, body) : long_table(table, layout, body);
}

}  // namespace assay::figure
