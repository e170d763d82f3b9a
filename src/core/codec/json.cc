// SPDX-License-Identifier: MIT
#include "core/codec/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/codec/tree_builder.h"
#include "core/codec/utf8.h"

namespace assay::codec {
namespace {

using nlohmann::json;

std::string place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line.
  return format("line {}, column {}", line, before.size() - line_start + 1);
}

/// nlohmann says "[...] parse error at line 1, column 2: syntax error while parsing value - <what>;
/// last read: '<text of any length>'; expected <kind>". Keep what, and what was expected.
std::string reason_of(std::string_view what) {
  if (what.starts_with("[json.exception.out_of_range.406]")) {
    return "number out of the range of a double";
  }
  std::string reason(what.substr(std::min(what.find(" - ") + 3, what.size())));
  if (const std::size_t read = reason.find("; last read: '"); read != std::string::npos) {
    reason.erase(read, reason.rfind('\'') + 1 - read);
  }
  return reason;
}

/// The SAX interface of nlohmann: each function returns whether to go on.
class JsonHandler {
 public:
  explicit JsonHandler(std::string_view text) : text_(text) {}

  // NOLINTBEGIN(readability-identifier-naming): the names are nlohmann's.
  bool null() { return add(Node()); }
  bool boolean(bool value) { return add(Node(value)); }
  bool number_integer(std::int64_t value) { return add(Node(value)); }
  bool number_unsigned(std::uint64_t value) {
    if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
      return refuse(Error::user("integer does not fit 64 bits with sign: {}", value));
    }
    return add(Node(static_cast<std::int64_t>(value)));
  }
  bool number_float(double value, const std::string& literal) {
    // The lexer falls back to double for integers that are too long: they would be rounded.
    if (literal.find_first_not_of("-0123456789") == std::string::npos) {
      return refuse(Error::user("integer does not fit 64 bits with sign: {}", literal));
    }
    return add(Node(value));
  }
  bool string(std::string& value) { return add(Node(std::move(value))); }
  bool binary(json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return go_on(tree_.open(Node::Kind::kMap, {})); }
  bool key(std::string& value) {
    tree_.key(std::move(value), {});
    return true;
  }
  bool end_object() { return go_on(tree_.close()); }
  bool start_array(std::size_t /*size*/) { return go_on(tree_.open(Node::Kind::kList, {})); }
  bool end_array() { return go_on(tree_.close()); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const json::exception& problem) {
    // The position counts the bytes read, the last of which did not fit.
    const std::size_t offset = position == 0 ? 0 : position - 1;
    return refuse(
        Error::user("not JSON: {}: {}", place_in(text_, offset), reason_of(problem.what())));
  }
  // NOLINTEND(readability-identifier-naming)

  const std::optional<Error>& error() const { return error_; }
  Node take() { return tree_.take(); }

 private:
  bool add(Node node) {
    tree_.add(std::move(node));
    return true;
  }
  bool refuse(Error error) {
    error_ = std::move(error);
    return false;
  }
  bool go_on(const Result<void>& result) { return result ? true : refuse(result.error()); }

  std::string_view text_;
  TreeBuilder tree_;
  std::optional<Error> error_;
};

void write_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 1 && (c < 0x20 || c == 0x7F)) {
      out += format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (length == 0) {
      out += "\xEF\xBF\xBD";  // U+FFFD
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void write_integer(std::string& out, std::int64_t integer) {
  char digits[20];  // The longest is -9223372036854775808.
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), integer).ptr);
}

void write_leaf(std::string& out, const Scalar& scalar) {
  // Samples are integers: most of what is ever written.
  if (const auto* integer = std::get_if<std::int64_t>(&scalar)) return write_integer(out, *integer);
  const auto* number = std::get_if<double>(&scalar);
  if (const auto* text = std::get_if<std::string>(&scalar)) {
    write_text(out, *text);
  } else if (number != nullptr && !std::isfinite(*number)) {
    out += "null";
  } else {
    out += to_text(scalar);
  }
}

class JsonWriter {
 public:
  JsonWriter(std::string& out, JsonStyle style) : out_(out), style_(style) {}

  void write(const Node& node) {
    switch (node.kind()) {
      case Node::Kind::kScalar:
        return write_leaf(out_, node.scalar());
      case Node::Kind::kList:
        return write_list(node.items());
      case Node::Kind::kMap:
        return write_map(node.entries());
    }
  }

 private:
  void write_list(const std::vector<Node>& items) {
    const bool on_one_line =
        style_ == JsonStyle::kCompact || std::ranges::all_of(items, &Node::is_scalar);
    const std::string_view gap = style_ == JsonStyle::kCompact ? "," : ", ";
    out_ += '[';
    ++depth_;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += on_one_line ? gap : ",";
      if (!on_one_line) new_line();
      write(items[i]);
    }
    --depth_;
    if (!on_one_line) new_line();
    out_ += ']';
  }

  void write_map(const std::vector<Node::Entry>& entries) {
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const auto& [key, value] : entries) {
      if (!first) out_ += ',';
      first = false;
      new_line();
      write_text(out_, key);
      out_ += style_ == JsonStyle::kCompact ? ":" : ": ";
      write(value);
    }
    --depth_;
    if (!entries.empty()) new_line();
    out_ += '}';
  }

  void new_line() {
    if (style_ == JsonStyle::kCompact) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  JsonStyle style_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Node> parse_json(std::string_view text) {
  JsonHandler handler(text);
  if (json::sax_parse(text.begin(), text.end(), &handler)) return handler.take();
  ASSAY_CHECK(handler.error().has_value(), "whoever stops the parser says why");
  return *handler.error();
}

std::string to_json(const Node& node, JsonStyle style) {
  std::string out;
  JsonWriter(out, style).write(node);
  return out;
}

}  // namespace assay::codec
