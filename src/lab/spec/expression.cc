// SPDX-License-Identifier: MIT
#include "lab/spec/expression.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/nearest.h"
#include "lab/spec/expression_tree.h"

namespace assay::spec {
namespace {

// Nobody writes either by hand; both keep the recursion far from the end of the stack.
constexpr std::size_t kTextMax = 2'048;
constexpr int kDepthMax = 64;

enum class TokenKind : std::uint8_t { kEnd, kName, kWord, kValue, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  ///< As written; of a value in quotes, without them.
  Scalar value;
  std::size_t column = 0;  ///< From 1.
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_keyword(std::string_view text) {
  return text == "and" || text == "or" || text == "not" || text == "in";
}

Error at_column(std::size_t column, std::string_view what) {
  return Error::user("column {}: {}", column, what);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<Token> next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
      ++at_;
    }
    if (at_ == text_.size()) {
      return Token{.kind = TokenKind::kEnd, .text = {}, .value = {}, .column = at_ + 1};
    }
    const char first = text_[at_];
    if (is_letter(first)) return word();
    if (is_digit(first) || first == '.') return number();
    if (first == '"' || first == '\'') return quoted();
    return symbol();
  }

 private:
  std::string_view take(std::size_t count) {
    const std::string_view taken = text_.substr(at_, count);
    at_ += count;
    return taken;
  }

  template <class Predicate>
  std::string_view take_while(Predicate belongs) {
    std::size_t end = at_;
    while (end < text_.size() && belongs(text_[end])) {
      ++end;
    }
    return take(end - at_);
  }

  Token word() {
    const std::size_t column = at_ + 1;
    const std::string text(
        take_while([](char c) { return is_letter(c) || is_digit(c) || c == '.'; }));
    if (text == "true" || text == "false") {
      return {.kind = TokenKind::kValue, .text = text, .value = text == "true", .column = column};
    }
    const TokenKind kind = is_keyword(text) ? TokenKind::kWord : TokenKind::kName;
    return {.kind = kind, .text = text, .value = {}, .column = column};
  }

  Result<Token> number() {
    const std::size_t column = at_ + 1;
    const std::string text(take_while(
        [](char c) { return is_letter(c) || is_digit(c) || c == '.'; }));  // 4GiB is one mistake.
    const char* const end = text.data() + text.size();
    Token token{.kind = TokenKind::kValue, .text = text, .value = {}, .column = column};
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text.data(), end, integer);
        read.ec == std::errc{} && read.ptr == end) {
      token.value = integer;
      return token;
    }
    double real = 0;
    if (const auto read = std::from_chars(text.data(), end, real);
        read.ec == std::errc{} && read.ptr == end) {
      token.value = real;
      return token;
    }
    return at_column(column, format("not a number: {}", text));
  }

  Result<Token> quoted() {
    const std::size_t column = at_ + 1;
    const char quote = text_[at_++];
    const std::string text(take_while([&](char c) { return c != quote; }));
    if (at_ == text_.size()) return at_column(column, "the quote is not closed");
    ++at_;
    return Token{.kind = TokenKind::kValue, .text = text, .value = text, .column = column};
  }

  Result<Token> symbol() {
    static constexpr std::array<std::string_view, 16> kSymbols{
        "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[", "]", ","};
    const std::size_t column = at_ + 1;
    for (const std::string_view symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      return Token{.kind = TokenKind::kSymbol,
                   .text = std::string(take(symbol.size())),
                   .value = {},
                   .column = column};
    }
    if (text_[at_] == '=') return at_column(column, "expected a comparison; write == for equal");
    if (text_[at_] == '&') return at_column(column, "expected a word; write `and`");
    if (text_[at_] == '|') return at_column(column, "expected a word; write `or`");
    if (text_[at_] == '!') return at_column(column, "expected a word; write `not`");
    return at_column(column, format("unexpected character: {}", text_.substr(at_, 1)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Recursive descent: or < and < not < comparison < sum < product < sign < value.
class Parser {
 public:
  Parser(std::vector<Token> tokens, std::span<const std::string> known_names)
      : tokens_(std::move(tokens)), known_names_(known_names) {}

  Result<ExpressionTree> parse() {
    ASSAY_TRY(ExpressionTree tree, any());
    if (now().kind != TokenKind::kEnd) return unexpected("the end or `and`, `or`");
    return tree;
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  bool accept(std::string_view text) {
    const bool is_it =
        now().text == text && (now().kind == TokenKind::kSymbol || now().kind == TokenKind::kWord);
    if (is_it) ++at_;
    return is_it;
  }
  Error unexpected(std::string_view expected) const {
    const std::string got = now().kind == TokenKind::kEnd ? "the end" : now().text;
    return at_column(now().column, format("expected {}: got {}", expected, got));
  }

  static ExpressionTree branch(Operator op, ExpressionTree left, ExpressionTree right) {
    ExpressionTree tree{.op = op, .value = {}, .name = {}, .children = {}};
    tree.children.push_back(std::move(left));
    tree.children.push_back(std::move(right));
    return tree;
  }
  static ExpressionTree branch(Operator op, ExpressionTree only) {
    ExpressionTree tree{.op = op, .value = {}, .name = {}, .children = {}};
    tree.children.push_back(std::move(only));
    return tree;
  }

  Result<ExpressionTree> any() {
    ASSAY_TRY(ExpressionTree left, all());
    while (accept("or")) {
      ASSAY_TRY(ExpressionTree right, all());
      left = branch(Operator::kOr, std::move(left), std::move(right));
    }
    return left;
  }

  Result<ExpressionTree> all() {
    ASSAY_TRY(ExpressionTree left, negation());
    while (accept("and")) {
      ASSAY_TRY(ExpressionTree right, negation());
      left = branch(Operator::kAnd, std::move(left), std::move(right));
    }
    return left;
  }

  Result<ExpressionTree> negation() {
    if (++depth_ > kDepthMax) return at_column(now().column, "nested too deeply");
    Result<ExpressionTree> tree = accept("not") ? negated() : comparison();
    --depth_;
    return tree;
  }

  Result<ExpressionTree> negated() {
    ASSAY_TRY(ExpressionTree inner, negation());
    return branch(Operator::kNot, std::move(inner));
  }

  std::optional<Operator> accept_comparison() {
    static constexpr std::array<std::pair<std::string_view, Operator>, 6> kComparisons{
        {{"==", Operator::kEqual},
         {"!=", Operator::kUnequal},
         {"<", Operator::kLess},
         {"<=", Operator::kLessEqual},
         {">", Operator::kGreater},
         {">=", Operator::kGreaterEqual}}};
    for (const auto& [symbol, op] : kComparisons) {
      if (accept(symbol)) return op;
    }
    return std::nullopt;
  }

  Result<ExpressionTree> comparison() {
    ASSAY_TRY(ExpressionTree left, sum());
    const bool is_negated = accept("not");
    if (accept("in")) {
      ASSAY_TRY(ExpressionTree found, membership(std::move(left)));
      return is_negated ? branch(Operator::kNot, std::move(found)) : std::move(found);
    }
    if (is_negated) return unexpected("`in` after `not`");
    const std::optional<Operator> op = accept_comparison();
    if (!op) return left;
    ASSAY_TRY(ExpressionTree right, sum());
    const std::size_t column = now().column;
    if (accept_comparison()) {
      return at_column(column, "comparisons do not chain; write a < b and b < c");
    }
    return branch(*op, std::move(left), std::move(right));
  }

  Result<ExpressionTree> membership(ExpressionTree left) {
    if (!accept("[")) return unexpected("a list such as [1, 2] after `in`");
    ExpressionTree tree = branch(Operator::kIn, std::move(left));
    do {
      ASSAY_TRY(ExpressionTree item, sum());
      tree.children.push_back(std::move(item));
    } while (accept(","));
    if (!accept("]")) return unexpected("`,` or `]`");
    return tree;
  }

  Result<ExpressionTree> sum() {
    ASSAY_TRY(ExpressionTree left, product());
    while (true) {
      const Operator op = now().text == "+" ? Operator::kAdd : Operator::kSubtract;
      if (!accept("+") && !accept("-")) return left;
      ASSAY_TRY(ExpressionTree right, product());
      left = branch(op, std::move(left), std::move(right));
    }
  }

  Result<ExpressionTree> product() {
    ASSAY_TRY(ExpressionTree left, sign());
    while (true) {
      const Operator op = now().text == "*"   ? Operator::kMultiply
                          : now().text == "/" ? Operator::kDivide
                                              : Operator::kRemainder;
      if (!accept("*") && !accept("/") && !accept("%")) return left;
      ASSAY_TRY(ExpressionTree right, sign());
      left = branch(op, std::move(left), std::move(right));
    }
  }

  Result<ExpressionTree> sign() {
    if (++depth_ > kDepthMax) return at_column(now().column, "nested too deeply");
    Result<ExpressionTree> tree = accept("-") ? negative() : value();
    --depth_;
    return tree;
  }

  Result<ExpressionTree> negative() {
    ASSAY_TRY(ExpressionTree inner, sign());
    return branch(Operator::kNegate, std::move(inner));
  }

  Result<ExpressionTree> value() {
    const Token token = now();
    if (accept("(")) {
      ASSAY_TRY(ExpressionTree inner, any());
      if (!accept(")")) return unexpected("`)`");
      return inner;
    }
    if (token.kind == TokenKind::kValue) {
      ++at_;
      return ExpressionTree{
          .op = Operator::kValue, .value = token.value, .name = {}, .children = {}};
    }
    if (token.kind != TokenKind::kName) return unexpected("a name or a value");
    if (std::ranges::find(known_names_, token.text) == known_names_.end()) {
      return at_column(token.column, unknown_name("name", token.text, known_names_) +
                                         "; a text stands in quotes");
    }
    ++at_;
    return ExpressionTree{.op = Operator::kName, .value = {}, .name = token.text, .children = {}};
  }

  std::vector<Token> tokens_;
  std::span<const std::string> known_names_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text,
                                     std::span<const std::string> known_names) {
  if (text.size() > kTextMax) {
    return Error::user("a condition has at most {} characters: got {}", kTextMax, text.size());
  }
  Lexer lexer(text);
  std::vector<Token> tokens;
  do {
    ASSAY_TRY(Token token, lexer.next());
    tokens.push_back(std::move(token));
  } while (tokens.back().kind != TokenKind::kEnd);
  ASSAY_TRY(ExpressionTree tree, Parser(std::move(tokens), known_names).parse());
  Expression expression;
  expression.text_ = text;
  expression.tree_ = std::make_shared<const ExpressionTree>(std::move(tree));
  return expression;
}

Error Expression::error(std::string_view what) const {
  return Error::user("{}{}{}", place_, place_.empty() ? "" : ": ", what);
}

Result<bool> Expression::matches(const Factors& factors) const {
  if (tree_ == nullptr) return true;
  Result<bool> truth = is_true(*tree_, factors);
  if (!truth) truth = error(truth.error().message());
  return std::move(truth).context("in the condition `{}`", text_);
}

}  // namespace assay::spec
