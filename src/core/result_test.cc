// SPDX-License-Identifier: MIT
#include "core/result.h"

#include <gmock/gmock.h>

#include <memory>
#include <type_traits>

namespace assay {
namespace {

static_assert(!std::is_convertible_v<Result<int>, bool>, "success is asked for explicitly");
static_assert(!std::is_default_constructible_v<Result<int>>, "a value or an error, never neither");

Result<int> half(int number) {
  if (number % 2 != 0) return Error::user("number must be even: got {}", number);
  return number / 2;
}

Result<int> quarter(int number) {
  ASSAY_TRY(const int once, half(number).context("while halving {}", number));
  ASSAY_TRY(const int twice, half(once).context("while halving {} again", once));
  return twice;
}

Result<void> must_divide(int number) {
  ASSAY_TRY_VOID(quarter(number));
  return {};
}

TEST(Result, HandsValuesThrough) {
  ASSERT_TRUE(quarter(12));
  EXPECT_EQ(*quarter(12), 3);
  EXPECT_TRUE(must_divide(8));
}

TEST(Result, EachLayerAddsTheOneThingItKnows) {
  const Result<int> result = quarter(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().to_string(), "number must be even: got 3\n  while halving 3 again");
  EXPECT_FALSE(must_divide(6));
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(ExitCode, FollowsTheBlame) {
  EXPECT_EQ(exit_code(Error::user("x")), 2);
  EXPECT_EQ(exit_code(Error::environment("x")), 3);
  EXPECT_EQ(exit_code(Error::bug("x")), 70);
}

TEST(ResultDeath, TakingTheWrongSideIsABug) {
  const Result<int> failed = Error::user("no");
  EXPECT_DEATH((void)*failed, "a value is taken only where there is one");
}

}  // namespace
}  // namespace assay
