// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/pre_tokenizer.h"

#include <array>

#include "engine/models/tokenizer/unicode.h"

namespace assay::models {
namespace {

constexpr std::string_view kGpt2Expression =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3Expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2Expression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
    R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

enum class Kind : std::uint8_t { kEnd, kLetter, kNumber, kSpace, kOther };

Kind kind_of(char32_t code) {
  if (is_letter(code)) return Kind::kLetter;
  if (is_number(code)) return Kind::kNumber;
  return is_space(code) ? Kind::kSpace : Kind::kOther;
}

/// A place in the text, and the character there.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) { look(); }

  std::size_t at() const { return at_; }
  Kind kind() const { return kind_; }
  char32_t code() const { return character_.code; }
  bool is(char32_t code) const { return kind_ != Kind::kEnd && character_.code == code; }
  bool is_line_end() const { return is(U'\r') || is(U'\n'); }
  void advance() {
    at_ += character_.size;
    look();
  }
  Cursor next() const {
    Cursor cursor = *this;
    cursor.advance();
    return cursor;
  }
  void skip(Kind kind) {
    while (kind_ == kind)
      advance();
  }

 private:
  void look() {
    character_ = at_ < text_.size() ? character_at(text_, at_) : Character{0, 0};
    kind_ = at_ < text_.size() ? kind_of(character_.code) : Kind::kEnd;
  }

  std::string_view text_;
  std::size_t at_;
  Character character_{0, 0};
  Kind kind_ = Kind::kEnd;
};

enum class Case : std::uint8_t { kAsWritten, kAny };

/// Lower case, where the expression ignores case; the long s folds to an s, as Unicode says.
char32_t folded(char32_t code, Case letters) {
  if (letters == Case::kAsWritten) return code;
  if (code == U'\u017F') return U's';
  return U'A' <= code && code <= U'Z' ? code + (U'a' - U'A') : code;
}

/// Behind 's, 't, 're, 've, 'm, 'll or 'd; where it began if none stands there.
std::size_t end_of_contraction(Cursor cursor, Case letters) {
  const std::size_t begin = cursor.at();
  if (!cursor.is(U'\'')) return begin;
  cursor.advance();
  if (cursor.kind() != Kind::kLetter) return begin;
  const char32_t first = folded(cursor.code(), letters);
  cursor.advance();
  for (const char32_t single : {U's', U't', U'm', U'd'}) {
    if (first == single) return cursor.at();
  }
  if (cursor.kind() != Kind::kLetter) return begin;
  const char32_t second = folded(cursor.code(), letters);
  const bool fits =
      ((first == U'r' || first == U'v') && second == U'e') || (first == U'l' && second == U'l');
  return fits ? cursor.next().at() : begin;
}

/// `\s+(?!\S)|\s+`: what follows the spaces takes the last of them, if it is not the only one.
std::size_t end_of_spaces(Cursor cursor) {
  std::size_t last = cursor.at();
  bool is_only_one = true;
  while (true) {
    const Cursor next = cursor.next();
    if (next.kind() != Kind::kSpace) {
      return next.kind() == Kind::kEnd || is_only_one ? next.at() : last;
    }
    is_only_one = false;
    cursor = next;
    last = cursor.at();
  }
}

std::size_t end_of_gpt2_piece(const Cursor begin) {
  if (const std::size_t end = end_of_contraction(begin, Case::kAsWritten); end > begin.at()) {
    return end;
  }
  Cursor cursor = begin.is(U' ') ? begin.next() : begin;
  const Kind kind = cursor.kind();
  if (kind == Kind::kSpace || kind == Kind::kEnd) return end_of_spaces(begin);
  cursor.skip(kind);
  return cursor.at();
}

/// `\s*[\r\n]+`: behind the last end of a line among these spaces; the begin if there is none.
std::size_t end_of_lines(Cursor cursor) {
  std::size_t end = cursor.at();
  while (cursor.kind() == Kind::kSpace) {
    const bool ends_line = cursor.is_line_end();
    cursor.advance();
    if (ends_line) end = cursor.at();
  }
  return end;
}

std::size_t end_of_llama3_piece(const Cursor begin, int digits_max) {
  if (const std::size_t end = end_of_contraction(begin, Case::kAny); end > begin.at()) return end;
  Cursor cursor = begin;
  if (begin.kind() == Kind::kNumber) {
    for (int i = 0; i < digits_max && cursor.kind() == Kind::kNumber; ++i)
      cursor.advance();
    return cursor.at();
  }
  if (begin.kind() != Kind::kLetter && !begin.is_line_end()) cursor.advance();
  if (cursor.kind() == Kind::kLetter) {
    cursor.skip(Kind::kLetter);
    return cursor.at();
  }
  cursor = begin.is(U' ') ? begin.next() : begin;
  if (cursor.kind() == Kind::kOther) {
    cursor.skip(Kind::kOther);
    while (cursor.is_line_end())
      cursor.advance();
    return cursor.at();
  }
  const std::size_t end = end_of_lines(begin);
  return end > begin.at() ? end : end_of_spaces(begin);
}

std::size_t end_of_piece(const Cursor begin, SplitPattern pattern) {
  switch (pattern) {
    case SplitPattern::kGpt2:
      return end_of_gpt2_piece(begin);
    case SplitPattern::kLlama3:
      return end_of_llama3_piece(begin, 3);
    case SplitPattern::kQwen2:
      return end_of_llama3_piece(begin, 1);
  }
  return begin.at();  // Not reached: -Wswitch keeps the list complete.
}

}  // namespace

std::string_view regular_expression(SplitPattern pattern) {
  switch (pattern) {
    case SplitPattern::kGpt2:
      return kGpt2Expression;
    case SplitPattern::kLlama3:
      return kLlama3Expression;
    case SplitPattern::kQwen2:
      return kQwen2Expression;
  }
  return {};
}

Result<SplitPattern> parse_split_pattern(std::string_view expression) {
  for (const SplitPattern pattern :
       {SplitPattern::kGpt2, SplitPattern::kLlama3, SplitPattern::kQwen2}) {
    if (regular_expression(pattern) == expression) return pattern;
  }
  return Error::user(
      "unsupported: a pre-tokenizer with the expression {:?}; known are those of GPT-2, Llama 3 "
      "and "
      "Qwen 2",
      expression);
}

std::vector<std::string_view> split(std::string_view text, SplitPattern pattern) {
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_piece(Cursor(text, begin), pattern);
    ASSAY_CHECK_GT(end, begin, "every piece holds a character");
    pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return pieces;
}

}  // namespace assay::models
