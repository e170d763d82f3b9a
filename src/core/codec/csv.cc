// SPDX-License-Identifier: MIT
#include "core/codec/csv.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/codec/tree_builder.h"
#include "core/codec/utf8.h"

namespace assay::codec {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void append_cell(std::string& out, std::string_view cell) {
  // Spaces at the ends are quoted as well, since some readers drop them, and so is what would be
  // taken for a byte order mark at the start of a file.
  const bool is_plain = cell.find_first_of(",\"\r\n") == std::string_view::npos &&
                        !cell.starts_with(' ') && !cell.ends_with(' ') &&
                        !cell.starts_with(kByteOrderMark);
  if (is_plain) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvReader {
 public:
  CsvReader(std::string_view text, std::string_view file_name)
      : text_(text), file_(std::make_shared<const std::string>(file_name)) {}

  Result<Node> read() {
    Node rows = Node::list();
    while (at_ < text_.size()) {
      const Mark start = here();
      ASSAY_TRY(Node row, read_row());
      const std::size_t width = rows.items().empty() ? 0 : rows.items().front().items().size();
      if (width != 0 && row.items().size() != width) {
        return Error::user("{}a row of {} cells; the first row has {}", place_of(start),
                           row.items().size(), width);
      }
      rows.append(std::move(row));
    }
    return rows;
  }

 private:
  Mark here() const {
    return {.file = file_, .line = line_, .column = static_cast<int>(at_ - line_start_) + 1};
  }
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool is_at_line_end() const {
    return at_ == text_.size() || is_at('\n') || text_.substr(at_).starts_with("\r\n");
  }
  void advance() {
    if (is_at('\n')) {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }

  Result<Node> read_row() {
    Node row = Node::list();
    row.set_mark(here());
    while (true) {
      ASSAY_TRY(Node cell, is_at('"') ? read_quoted() : read_plain());
      row.append(std::move(cell));
      if (!is_at(',')) break;
      advance();
    }
    if (!is_at_line_end()) {
      return Error::user("{}text after a closing quote: expected a comma or the end of the line",
                         place_of(here()));
    }
    if (is_at('\r')) advance();
    if (is_at('\n')) advance();
    return row;
  }

  Result<Node> read_plain() {
    const Mark start = here();
    const std::size_t first = at_;
    while (!is_at(',') && !is_at_line_end()) {
      if (is_at('"')) {
        return Error::user("{}a quote inside a cell: quote the whole cell and double it",
                           place_of(here()));
      }
      advance();
    }
    return marked(std::string(text_.substr(first, at_ - first)), start, false);
  }

  Result<Node> read_quoted() {
    const Mark start = here();
    std::string cell;
    advance();
    while (at_ < text_.size()) {
      if (is_at('"')) {
        advance();
        if (!is_at('"')) return marked(std::move(cell), start, true);
      }
      cell += text_[at_];
      advance();
    }
    return Error::user("{}this quote is never closed", place_of(start));
  }

  static Node marked(std::string cell, const Mark& mark, bool quoted) {
    Node node(std::move(cell));
    node.set_mark(mark);
    node.set_quoted(quoted);
    return node;
  }

  std::string_view text_;
  std::shared_ptr<const std::string> file_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace

void append_csv_row(std::string& out, std::span<const std::string> cells) {
  ASSAY_CHECK(!cells.empty(), "a row has cells");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    append_cell(out, cells[i]);
  }
  out += '\n';
}

Result<Node> parse_csv(std::string_view text, std::string_view file_name) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const std::size_t invalid = find_invalid_utf8(text); invalid != std::string_view::npos) {
    const auto line = 1 + std::ranges::count(text.substr(0, invalid), '\n');
    return Error::user("{}:{}: byte 0x{:02x} is not UTF-8", file_name, line,
                       static_cast<unsigned char>(text[invalid]));
  }
  return CsvReader(text, file_name).read();
}

}  // namespace assay::codec
