// SPDX-License-Identifier: MIT
#include "lab/spec/expression_tree.h"

#include <cmath>
#include <compare>
#include <limits>
#include <optional>

#include "core/check.h"

namespace assay::spec {
namespace {

/// Empty: unknown, because the point lacks a name.
using Maybe = std::optional<Scalar>;

Result<Maybe> evaluate(const ExpressionTree& tree, const Factors& factors);

bool is_number(const Scalar& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

double as_number(const Scalar& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
}

Error do_not_compare(const Scalar& left, const Scalar& right) {
  return Error::user("these do not compare: {} and {}", codec::to_text(left),
                     codec::to_text(right));
}

/// Exactly: a double has 53 bits, so 2^53 + 1 would compare equal to 2^53 as doubles.
std::partial_ordering compare_exactly(std::int64_t left, double right) {
  constexpr double kBeyond = 9'223'372'036'854'775'808.0;  // 2^63: every integer is below.
  if (std::isnan(right)) return std::partial_ordering::unordered;
  if (right >= kBeyond) return std::partial_ordering::less;
  if (right < -kBeyond) return std::partial_ordering::greater;
  const double whole = std::floor(right);
  const auto integer = static_cast<std::int64_t>(whole);
  if (left != integer) return left <=> integer;
  return whole < right ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

std::partial_ordering compare_numbers(const Scalar& left, const Scalar& right) {
  const auto* left_integer = std::get_if<std::int64_t>(&left);
  const auto* right_integer = std::get_if<std::int64_t>(&right);
  if (left_integer != nullptr && right_integer != nullptr) return *left_integer <=> *right_integer;
  if (left_integer != nullptr) return compare_exactly(*left_integer, std::get<double>(right));
  if (right_integer != nullptr)
    return 0 <=> compare_exactly(*right_integer, std::get<double>(left));
  return std::get<double>(left) <=> std::get<double>(right);
}

Result<std::partial_ordering> compare(const Scalar& left, const Scalar& right) {
  if (is_number(left) && is_number(right)) return compare_numbers(left, right);
  const auto* left_text = std::get_if<std::string>(&left);
  const auto* right_text = std::get_if<std::string>(&right);
  if (left_text != nullptr && right_text != nullptr) {
    return std::partial_ordering(left_text->compare(*right_text) <=> 0);
  }
  return do_not_compare(left, right);
}

Result<bool> are_equal(const Scalar& left, const Scalar& right) {
  if (left.index() == right.index()) return left == right;
  ASSAY_TRY(const std::partial_ordering order, compare(left, right));
  return order == std::partial_ordering::equivalent;
}

Result<bool> holds(Operator op, const Scalar& left, const Scalar& right) {
  if (op == Operator::kEqual) return are_equal(left, right);
  if (op == Operator::kUnequal) {
    ASSAY_TRY(const bool equal, are_equal(left, right));
    return !equal;
  }
  ASSAY_TRY(const std::partial_ordering order, compare(left, right));
  switch (op) {
    case Operator::kLess:
      return order < 0;
    case Operator::kLessEqual:
      return order <= 0;
    case Operator::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Result<Scalar> remainder(std::int64_t left, std::int64_t right) {
  if (right == 0) return Error::user("division by zero: {} % 0", left);
  if (right == -1) return Scalar(std::int64_t{0});  // The one remainder that traps: minimum % -1.
  const std::int64_t rest = left % right;
  return Scalar(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
}

Result<Scalar> integer_arithmetic(Operator op, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflows = false;
  switch (op) {
    case Operator::kAdd:
      overflows = __builtin_add_overflow(left, right, &result);
      break;
    case Operator::kSubtract:
      overflows = __builtin_sub_overflow(left, right, &result);
      break;
    case Operator::kMultiply:
      overflows = __builtin_mul_overflow(left, right, &result);
      break;
    default:
      return remainder(left, right);
  }
  if (overflows) return Error::user("too large for 64 bits: {} and {}", left, right);
  return Scalar(result);
}

Result<Scalar> arithmetic(Operator op, const Scalar& left, const Scalar& right) {
  if (!is_number(left) || !is_number(right)) {
    return Error::user("arithmetic wants numbers: {} and {}", codec::to_text(left),
                       codec::to_text(right));
  }
  const auto* left_integer = std::get_if<std::int64_t>(&left);
  const auto* right_integer = std::get_if<std::int64_t>(&right);
  const bool are_integers = left_integer != nullptr && right_integer != nullptr;
  if (are_integers && op != Operator::kDivide) {
    return integer_arithmetic(op, *left_integer, *right_integer);
  }
  const double a = as_number(left);
  const double b = as_number(right);
  switch (op) {
    case Operator::kAdd:
      return Scalar(a + b);
    case Operator::kSubtract:
      return Scalar(a - b);
    case Operator::kMultiply:
      return Scalar(a * b);
    case Operator::kDivide:
      if (b == 0) return Error::user("division by zero: {} / 0", codec::to_text(left));
      return Scalar(a / b);
    default:
      return Error::user("% wants integers: {} and {}", codec::to_text(left),
                         codec::to_text(right));
  }
}

Result<Maybe> negate(const Maybe& value) {
  if (!value) return Maybe{};
  // From zero, so that the smallest integer is refused like any other overflow.
  ASSAY_TRY(Scalar negative, arithmetic(Operator::kSubtract, Scalar(std::int64_t{0}), *value));
  return Maybe(std::move(negative));
}

/// true, false or unknown.
Result<std::optional<bool>> condition(const ExpressionTree& tree, const Factors& factors) {
  ASSAY_TRY(const Maybe value, evaluate(tree, factors));
  if (!value) return std::optional<bool>{};
  if (const bool* flag = std::get_if<bool>(&*value)) return std::optional<bool>(*flag);
  return Error::user("expected a condition, got the value {}", codec::to_text(*value));
}

/// `decisive` is the answer that one side alone settles: true for `or`, false for `and`.
Result<Maybe> either(const ExpressionTree& tree, const Factors& factors, bool decisive) {
  ASSAY_TRY(const std::optional<bool> left, condition(tree.children[0], factors));
  if (left == decisive) return Maybe(Scalar(decisive));
  ASSAY_TRY(const std::optional<bool> right, condition(tree.children[1], factors));
  if (right == decisive) return Maybe(Scalar(decisive));
  if (!left || !right) return Maybe{};
  return Maybe(Scalar(!decisive));
}

Result<Maybe> membership(const ExpressionTree& tree, const Factors& factors) {
  ASSAY_TRY(const Maybe wanted, evaluate(tree.children[0], factors));
  if (!wanted) return Maybe{};
  bool is_sure = true;
  for (std::size_t i = 1; i < tree.children.size(); ++i) {
    ASSAY_TRY(const Maybe item, evaluate(tree.children[i], factors));
    is_sure = is_sure && item.has_value();
    if (!item) continue;
    ASSAY_TRY(const bool found, are_equal(*wanted, *item));
    if (found) return Maybe(Scalar(true));
  }
  return is_sure ? Maybe(Scalar(false)) : Maybe{};
}

Result<Maybe> binary(const ExpressionTree& tree, const Factors& factors) {
  ASSAY_TRY(const Maybe left, evaluate(tree.children[0], factors));
  ASSAY_TRY(const Maybe right, evaluate(tree.children[1], factors));
  if (!left || !right) return Maybe{};
  if (tree.op < Operator::kIn) {
    ASSAY_TRY(const bool truth, holds(tree.op, *left, *right));
    return Maybe(Scalar(truth));
  }
  ASSAY_TRY(Scalar result, arithmetic(tree.op, *left, *right));
  return Maybe(std::move(result));
}

Result<Maybe> evaluate(const ExpressionTree& tree, const Factors& factors) {
  switch (tree.op) {
    case Operator::kValue:
      return Maybe(tree.value);
    case Operator::kName: {
      const Scalar* value = factors.find(tree.name);
      return value == nullptr ? Maybe{} : Maybe(*value);
    }
    case Operator::kOr:
      return either(tree, factors, true);
    case Operator::kAnd:
      return either(tree, factors, false);
    case Operator::kNot: {
      ASSAY_TRY(const std::optional<bool> inner, condition(tree.children[0], factors));
      return inner ? Maybe(Scalar(!*inner)) : Maybe{};
    }
    case Operator::kIn:
      return membership(tree, factors);
    case Operator::kNegate: {
      ASSAY_TRY(const Maybe inner, evaluate(tree.children[0], factors));
      return negate(inner);
    }
    default:
      return binary(tree, factors);
  }
}

}  // namespace

Result<bool> is_true(const ExpressionTree& tree, const Factors& factors) {
  ASSAY_TRY(const std::optional<bool> truth, condition(tree, factors));
  return truth.value_or(false);
}

}  // namespace assay::spec
