// SPDX-License-Identifier: MIT
#include "lab/spec/expression_tree.h"

#include <gmock/gmock.h>

#include <limits>

namespace assay::spec {
namespace {

ExpressionTree value(Scalar scalar) {
  return {.op = Operator::kValue, .value = std::move(scalar), .name = {}, .children = {}};
}

ExpressionTree name(std::string text) {
  return {.op = Operator::kName, .value = {}, .name = std::move(text), .children = {}};
}

ExpressionTree branch(Operator op, std::vector<ExpressionTree> children) {
  return {.op = op, .value = {}, .name = {}, .children = std::move(children)};
}

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kOne = 1;

struct ErrorCase {
  ExpressionTree tree;
  std::string want;
};

TEST(ExpressionTree, WhatHasNoValueIsAnError) {
  const std::vector<ErrorCase> cases{
      {value("x"), "expected a condition, got the value x"},
      {branch(Operator::kAdd, {value(kLargest), value(kOne)}),
       "too large for 64 bits: 9223372036854775807 and 1"},
      {branch(Operator::kNegate, {value(kSmallest)}),
       "too large for 64 bits: 0 and -9223372036854775808"},
      {branch(Operator::kDivide, {value(kOne), value(0.0)}), "division by zero: 1 / 0"},
      {branch(Operator::kRemainder, {value(kOne), value(std::int64_t{0})}),
       "division by zero: 1 % 0"},
      {branch(Operator::kRemainder, {value(1.5), value(kOne)}), "% wants integers: 1.5 and 1"},
      {branch(Operator::kAdd, {value("x"), value(kOne)}), "arithmetic wants numbers: x and 1"},
      {branch(Operator::kEqual, {value("x"), value(kOne)}), "these do not compare: x and 1"},
      {branch(Operator::kLess, {value(true), value(false)}),
       "these do not compare: true and false"},
      {branch(Operator::kNot, {value(kOne)}), "expected a condition, got the value 1"},
      {branch(Operator::kIn, {value(kOne), value("x")}), "these do not compare: 1 and x"},
  };
  for (const auto& [tree, want] : cases) {
    SCOPED_TRACE(want);
    const Result<bool> got = is_true(tree, {});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message(), want);
  }
}

TEST(ExpressionTree, IntegersAndNumbersCompareExactly) {
  constexpr std::int64_t kTwoTo53 = std::int64_t{1} << 53;
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  struct Case {
    std::int64_t integer;
    double number;
    Operator holds;  // The one of <, ==, > that is true.
  };
  const std::vector<Case> cases{
      {kTwoTo53 + 1, 0x1p53, Operator::kGreater},
      {kTwoTo53, 0x1p53, Operator::kEqual},
      {-kTwoTo53 - 1, -0x1p53, Operator::kLess},
      {kLargest, 0x1p63, Operator::kLess},
      {kSmallest, -0x1p63, Operator::kEqual},
      {kSmallest, -0x1.8p63, Operator::kGreater},
      {3, 3.5, Operator::kLess},
      {-3, -3.5, Operator::kGreater},
      {-4, -3.5, Operator::kLess},
      {0, -0.0, Operator::kEqual},
      {kLargest, kInfinite, Operator::kLess},
      {kSmallest, -kInfinite, Operator::kGreater},
  };
  for (const auto& [integer, number, holds] : cases) {
    SCOPED_TRACE(::testing::Message() << integer << " and " << number);
    for (const Operator op : {Operator::kLess, Operator::kEqual, Operator::kGreater}) {
      EXPECT_EQ(*is_true(branch(op, {value(integer), value(number)}), {}), op == holds);
      const Operator mirrored = op == Operator::kEqual  ? op
                                : op == Operator::kLess ? Operator::kGreater
                                                        : Operator::kLess;
      EXPECT_EQ(*is_true(branch(mirrored, {value(number), value(integer)}), {}), op == holds);
    }
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(*is_true(branch(Operator::kLessEqual, {value(kOne), value(nan)}), {}));
  EXPECT_FALSE(*is_true(branch(Operator::kGreaterEqual, {value(nan), value(kOne)}), {}));
}

TEST(ExpressionTree, TheRemainderThatTrapsIsZero) {
  const ExpressionTree tree = branch(
      Operator::kEqual, {branch(Operator::kRemainder, {value(kSmallest), value(std::int64_t{-1})}),
                         value(std::int64_t{0})});
  EXPECT_TRUE(*is_true(tree, {}));
}

TEST(ExpressionTree, UnknownDoesNotHold) {
  EXPECT_FALSE(*is_true(name("absent"), {}));
  EXPECT_TRUE(*is_true(name("flag"), {{"flag", true}}));
}

}  // namespace
}  // namespace assay::spec
