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
