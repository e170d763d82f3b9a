// SPDX-License-Identifier: MIT
// A parsed condition and its value at a point. Only expression.cc makes one. A name that the point
// lacks makes what depends on it unknown: `unknown and false` is false, `unknown or true` is true,
// and a condition that stays unknown does not hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "lab/spec/factors.h"

namespace assay::spec {

enum class Operator : std::uint8_t {
  kValue,
  kName,
  kOr,
  kAnd,
  kNot,
  kEqual,
  kUnequal,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,  ///< The first child is one of the others.
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,     ///< Of numbers; always gives a number, 7 / 2 is 3.5.
  kRemainder,  ///< Of integers; the sign is the divisor's, so that -1 % 8 is 7.
  kNegate,
};

struct ExpressionTree {
  Operator op = Operator::kValue;
  Scalar value;      ///< For kValue.
  std::string name;  ///< For kName.
  std::vector<ExpressionTree> children;
};

/// Whether the condition holds. An error where it is none (`k + 1`), where types do not compare
/// (`k == "x"`), on division by zero and on overflow.
Result<bool> is_true(const ExpressionTree& tree, const Factors& factors);

}  // namespace assay::spec
