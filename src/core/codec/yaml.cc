// SPDX-License-Identifier: MIT
#include "core/codec/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <sstream>
#include <string>

#include "core/codec/tree_builder.h"
#include "core/codec/utf8.h"

namespace assay::codec {
namespace {

/// Carries an Error out of the callbacks of yaml-cpp.
struct Refusal {
  Error error;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

std::string_view without_sign(std::string_view text) {
  const bool has_sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  return has_sign ? text.substr(1) : text;
}

bool is_digits(std::string_view text, std::string_view digits = "0123456789") {
  return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

/// [-+]? ( . [0-9]+ | [0-9]+ ( . [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_number(std::string_view text) {
  text = without_sign(text);
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    if (!is_digits(without_sign(text.substr(e + 1)))) return false;
    text = text.substr(0, e);
  }
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return is_digits(text);
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(point + 1);
  if (whole.empty()) return is_digits(fraction);
  return is_digits(whole) && (fraction.empty() || is_digits(fraction));
}

Result<Scalar> integer_from(std::string_view text, std::string_view digits, int base) {
  std::int64_t value = 0;
  const auto [end, problem] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (problem == std::errc{} && end == digits.data() + digits.size()) return Scalar(value);
  return Error::user("integer does not fit 64 bits with sign: {}", text);
}

Result<Scalar> number_from(std::string_view text) {
  const std::string_view digits = text[0] == '+' ? text.substr(1) : text;
  double value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem == std::errc{} && std::isfinite(value)) return Scalar(value);
  return Error::user("number out of the range of a double: {}", text);
}

class YamlHandler final : public YAML::EventHandler {
 public:
  explicit YamlHandler(std::string_view file_name)
      : file_(std::make_shared<const std::string>(file_name)) {}

  // NOLINTBEGIN(readability-identifier-naming): the names are yaml-cpp's.
  void OnDocumentStart(const YAML::Mark& at) override {
    if (seen_document_) {
      refuse(at, "this does not belong to what stands above: a file is one map or one list");
    }
    seen_document_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& at, const std::string& name) override {
    refuse(at, "anchors are not supported: &" + name + "; write the value out where it is used");
  }
  void OnAlias(const YAML::Mark& at, YAML::anchor_t /*anchor*/) override {
    refuse(at, "aliases are not supported; write the value out where it is used");
  }
  void OnNull(const YAML::Mark& at, YAML::anchor_t /*anchor*/) override {
    if (tree_.wants_key()) refuse(at, "a key is text: null is none; quote it if it is meant");
    add(Node(), at, false);
  }
  void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    refuse_tag(at, tag);
    const bool quoted = tag == "!";
    if (tree_.wants_key()) return add_key(at, value, quoted);
    if (quoted) return add(Node(value), at, true);
    Result<Scalar> scalar = resolve_plain_scalar(value);
    if (!scalar) refuse(at, scalar.error().message());
    add(Node(std::move(*scalar)), at, false);
  }
  void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kList, at, tag);
  }
  void OnSequenceEnd() override { check(tree_.close()); }
  void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::kMap, at, tag);
  }
  void OnMapEnd() override { check(tree_.close()); }
  // NOLINTEND(readability-identifier-naming)

  Mark mark_at(const YAML::Mark& at) const {
    return {.file = file_, .line = at.line + 1, .column = at.column + 1};
  }
  Node take() { return tree_.take(); }

 private:
  [[noreturn]] void refuse(const YAML::Mark& at, const std::string& why) const {
    throw Refusal{Error::user("{}{}", place_of(mark_at(at)), why)};
  }
  static void check(const Result<void>& result) {
    if (!result) throw Refusal{result.error()};
  }
  void refuse_tag(const YAML::Mark& at, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse(at, "tags are not supported (" + tag + "); quote a text, write a number plainly");
  }
  void open(Node::Kind kind, const YAML::Mark& at, const std::string& tag) {
    refuse_tag(at, tag);
    if (tree_.wants_key()) {
      refuse(at, "a list or a map cannot be a key; close its bracket if none is meant");
    }
    check(tree_.open(kind, mark_at(at)));
  }
  void add_key(const YAML::Mark& at, const std::string& text, bool quoted) {
    if (text == "<<" && !quoted) {
      refuse(at,
             "merge keys are not supported: write the entries out, or compose with `defaults:`");
    }
    tree_.key(text, mark_at(at));
  }
  void add(Node node, const YAML::Mark& at, bool quoted) {
    node.set_mark(mark_at(at));
    node.set_quoted(quoted);
    tree_.add(std::move(node));
  }

  std::shared_ptr<const std::string> file_;
  TreeBuilder tree_;
  bool seen_document_ = false;
};

bool is_refused_control(char c) {
  return (c >= 0 && c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

/// Bytes that have no place in a text file: the first of them, if any, as an error.
Result<void> check_bytes(std::string_view text, std::string_view file_name) {
  const std::size_t invalid = find_invalid_utf8(text);
  const auto control = std::ranges::find_if(text, is_refused_control);
  const auto first =
      std::min(invalid, control == text.end() ? std::string_view::npos
                                              : static_cast<std::size_t>(control - text.begin()));
  if (first == std::string_view::npos) return {};
  const std::string_view before = text.substr(0, first);
  const Mark mark{.file = std::make_shared<const std::string>(file_name),
                  .line = 1 + static_cast<int>(std::ranges::count(before, '\n')),
                  .column = static_cast<int>(before.size() - (before.rfind('\n') + 1)) + 1};
  return Error::user(
      "{}byte 0x{:02x} is {}", place_of(mark), static_cast<unsigned char>(text[first]),
      first == invalid ? "not UTF-8; save the file as UTF-8" : "a control character; remove it");
}

/// A tab among the blanks that start a line is the usual reason for a message about something else.
bool is_indented_by_tab(std::string_view text, int line_index) {
  for (; line_index > 0; --line_index) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    text.remove_prefix(end + 1);
  }
  const std::size_t content = text.find_first_not_of(' ');
  return content != std::string_view::npos && text[content] == '\t';
}

/// What yaml-cpp says, and what to do about it where we know.
std::string advice_for(const std::string& problem) {
  static constexpr std::pair<std::string_view, std::string_view> kAdvice[] = {
      {"illegal map value", "quote a text that holds `: `; keys of one map start in one column"},
      {"unknown token", "quote a text that starts with @, ` or %"},
      {"end of sequence flow not found", "close the `[`"},
      {"end of map flow not found", "close the `{`"},
      {"illegal EOF in scalar", "close the quote"},
      {"the referenced anchor is not defined", "quote a text that starts with *"},
  };
  const auto advice =
      std::ranges::find(kAdvice, problem, [](const auto& row) { return row.first; });
  return advice == std::end(kAdvice) ? problem : format("{}; {}", problem, advice->second);
}

Error to_error(const YAML::Exception& problem, const YamlHandler& handler, std::string_view text) {
  const bool has_place = !problem.mark.is_null();
  const Mark mark = handler.mark_at(has_place ? problem.mark : YAML::Mark::null_mark());
  if (has_place && is_indented_by_tab(text, problem.mark.line)) {
    return Error::user("{}a tab indents this line; YAML wants spaces", place_of(mark));
  }
  return Error::user("{}not YAML: {}", place_of(mark), advice_for(problem.msg));
}

Result<Node> parse_checked(std::string_view text, std::string_view file_name) {
  YamlHandler handler(file_name);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(handler)) return Node();
    Node root = handler.take();
    parser.HandleNextDocument(handler);  // Throws where there is one.
    return root;
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::Exception& problem) {
    return to_error(problem, handler, text);
  } catch (const std::exception& problem) {
    return Error::user("{}: not YAML: {}", file_name, problem.what());
  }
}

}  // namespace

Result<Scalar> resolve_plain_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return Scalar();
  if (is_one_of(text, {"true", "True", "TRUE"})) return Scalar(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Scalar(false);
  const std::string_view unsigned_text = without_sign(text);
  if (is_digits(unsigned_text)) {
    return integer_from(text, text[0] == '+' ? unsigned_text : text, 10);
  }
  if (text.starts_with("0x") && is_digits(text.substr(2), "0123456789abcdefABCDEF")) {
    return integer_from(text, text.substr(2), 16);
  }
  if (text.starts_with("0o") && is_digits(text.substr(2), "01234567")) {
    return integer_from(text, text.substr(2), 8);
  }
  if (looks_like_number(text)) return number_from(text);
  if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"}) ||
      is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    return Error::user("numbers are finite here: {}", text);
  }
  return Scalar(std::string(text));
}

Result<Node> parse_yaml(std::string_view text, std::string_view file_name) {
  if (static_cast<std::int64_t>(text.size()) > kYamlSizeMax.count()) {
    return Error::user("{}: too large: {} of at most {}", file_name,
                       to_text(Bytes(static_cast<std::int64_t>(text.size()))),
                       to_text(kYamlSizeMax));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  ASSAY_TRY_VOID(check_bytes(text, file_name));
  return parse_checked(text, file_name);
}

Result<Node> parse_yaml_value(std::string_view text) {
  if (text.empty()) return Node("");
  return parse_yaml(text, "command line");
}

}  // namespace assay::codec
