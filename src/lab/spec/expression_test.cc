// SPDX-License-Identifier: MIT
#include "lab/spec/expression.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"

namespace assay::spec {
namespace {

const std::vector<std::string> kNames{"m", "k", "scale", "dtype", "library", "causal"};

const Factors kPoint{{"k", std::int64_t{107}},
                     {"scale", 0.5},
                     {"dtype", "f32"},
                     {"library", "onednn"},
                     {"causal", false}};

TEST(Expression, EmptyMatchesEveryPoint) {
  EXPECT_TRUE(Expression().empty());
  EXPECT_TRUE(*Expression().matches(kPoint));
}

TEST(Expression, KeepsItsText) {
  const Result<Expression> parsed = Expression::parse("k % 8 != 0", kNames);
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->empty());
  EXPECT_EQ(parsed->text(), "k % 8 != 0");
}

struct TruthCase {
  std::string text;
  bool want;
};

TEST(Expression, MatchesWhatItSays) {
  const std::vector<TruthCase> cases{
      {"k == 107", true},
      {"k != 107", false},
      {"k % 8 != 0 and (dtype == \"f32\" or library in [\"openblas\", \"onednn\"])", true},
      {"k % 8 == 3", true},
      {"-1 % 8 == 7", true},
      {"-7 / 2 == -3.5", true},
      {"k < 107.5 and k > 106.5", true},
      {"k <= 107 and k >= 107", true},
      {"1 + 2 * 3 == 7", true},
      {"(1 + 2) * 3 == 9", true},
      {"10 - 4 - 3 == 3", true},
      {"2 * scale == 1", true},
      {"not causal", true},
      {"not not causal", false},
      {"causal == false", true},
      {"dtype < 'f33'", true},
      {"library not in ['openblas']", true},
      {"k in [96, 107, 112]", true},
      {"k in [96]", false},
      {"true or k / 0 == 1", true},
      {"false and k / 0 == 1", false},
      {"1.5e2 == 150", true},
      {"- - 3 == 3", true},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Expression> parsed = Expression::parse(text, kNames);
    ASSERT_TRUE(parsed) << parsed.error().to_string();
    const Result<bool> got = parsed->matches(kPoint);
    ASSERT_TRUE(got) << got.error().to_string();
    EXPECT_EQ(*got, want);
  }
}

TEST(Expression, AMissingNameIsUnknownAndDoesNotHold) {
  const std::vector<TruthCase> cases{
      {"m == 1", false},
      {"not (m == 1)", false},
      {"m != 1", false},
      {"m == 1 or k == 107", true},
      {"k == 107 or m == 1", true},
      {"m == 1 and k == 107", false},
      {"not (m == 1 and k == 1)", true},
      {"m in [1]", false},
      {"k in [m, 107]", true},
      {"k not in [m]", false},
      {"-m < 0", false},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Expression> parsed = Expression::parse(text, kNames);
    ASSERT_TRUE(parsed) << parsed.error().to_string();
    EXPECT_EQ(*parsed->matches(kPoint), want);
  }
}

struct ErrorCase {
  std::string text;
  std::string want;
};

TEST(Expression, RefusesWhatItCannotRead) {
  const std::vector<ErrorCase> cases{
      {"", "column 1: expected a name or a value: got the end"},
      {"k ==", "column 5: expected a name or a value: got the end"},
      {"k = 3", "column 3: expected a comparison; write == for equal"},
      {"k == 3 && m == 1", "column 8: expected a word; write `and`"},
      {"k == 3 || m == 1", "column 8: expected a word; write `or`"},
      {"!causal", "column 1: expected a word; write `not`"},
      {"kk == 3",
       "column 1: unknown name: kk; did you mean k? known: m, k, scale, dtype, library, causal; "
       "a text stands in quotes"},
      {"dtype == f32",
       "column 10: unknown name: f32; known: m, k, scale, dtype, library, causal; "
       "a text stands in quotes"},
      {"64 < k < 128", "column 8: comparisons do not chain; write a < b and b < c"},
      {"k in 3", "column 6: expected a list such as [1, 2] after `in`: got 3"},
      {"k in [1, 2", "column 11: expected `,` or `]`: got the end"},
      {"k not 3", "column 7: expected `in` after `not`: got 3"},
      {"(k == 3", "column 8: expected `)`: got the end"},
      {"k == 3)", "column 7: expected the end or `and`, `or`: got )"},
      {"dtype == \"f32", "column 10: the quote is not closed"},
      {"k == 4GiB", "column 6: not a number: 4GiB"},
      {"k == 99999999999999999999999999", ""},
      {"k == 1e999", "column 6: not a number: 1e999"},
      {"k == 3 #", "column 8: unexpected character: #"},
      {"k 3", "column 3: expected the end or `and`, `or`: got 3"},
  };
  for (const auto& [text, want] : cases) {
    SCOPED_TRACE(text);
    const Result<Expression> parsed = Expression::parse(text, kNames);
    if (want.empty()) {
      EXPECT_TRUE(parsed);  // Too large for an integer: a number.
      continue;
    }
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message(), want);
    EXPECT_EQ(parsed.error().blame(), Blame::kUser);
  }
}

TEST(Expression, BoundsDepthAndLength) {
  const std::string deep = std::string(100, '(') + "k" + std::string(100, ')');
  EXPECT_THAT(Expression::parse(deep, kNames).error().message(),
              ::testing::HasSubstr("nested too deeply"));
  EXPECT_THAT(Expression::parse(std::string(200, '-') + "k", kNames).error().message(),
              ::testing::HasSubstr("nested too deeply"));
  EXPECT_EQ(Expression::parse(std::string(3'000, ' '), kNames).error().message(),
            "a condition has at most 2048 characters: got 3000");
}

TEST(Expression, EvaluationErrorsNameTheCondition) {
  const Result<Expression> parsed = Expression::parse("dtype > 3", kNames);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->matches(kPoint).error().to_string(),
            "these do not compare: f32 and 3\n  in the condition `dtype > 3`");
}

TEST(Expression, EvaluationErrorsBeginWithThePlace) {
  Result<Expression> parsed = Expression::parse("dtype > 3", kNames);
  ASSERT_TRUE(parsed);
  parsed->set_place("x.yaml:3:8: where");
  EXPECT_EQ(parsed->matches(kPoint).error().message(),
            "x.yaml:3:8: where: these do not compare: f32 and 3");
}

TEST(Expression, RandomTextNeverCrashes) {
  const std::vector<std::string> pieces{"k", "m ", "dtype", " and ", " or ", " not ", " in ", "[",
                                        "]", "(",  ")",     ",",     "==",   "<",     "%",    "-",
                                        "*", "/",  "8",     "0.5",   "'x'",  "true",  "\"",   "="};
  Random random(7);
  int parsed_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(9); i > 0; --i) {
      text += pieces[static_cast<std::size_t>(random.below(pieces.size()))];
    }
    const Result<Expression> parsed = Expression::parse(text, kNames);
    if (!parsed) continue;
    ++parsed_count;
    const Result<bool> held = parsed->matches(kPoint);
    EXPECT_EQ(held.has_value() || !held.error().message().empty(), true) << text;
  }
  EXPECT_GT(parsed_count, 100);
}

}  // namespace
}  // namespace assay::spec
