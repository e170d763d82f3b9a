// SPDX-License-Identifier: MIT
#include "lab/figure/layout.h"

#include <gmock/gmock.h>

#include "core/format.h"

namespace assay::figure {
namespace {

using codec::Scalar;
using ::testing::ElementsAre;

Table two_columns() {
  return {.id = "t",
          .title = "T",
          .columns = {{"k", "", ""}, {"time", "time", "ns"}},
          .rows = {},
          .notes = {}};
}

TEST(LayOut, OneScaleForAColumn) {
  Table table = two_columns();
  table.rows = {{Scalar(std::int64_t{96}), Value::measured(900)},
                {Scalar(std::int64_t{107}), Value::measured(52'000)},
                {Scalar(std::int64_t{112}), Value::measured(61'000)}};
  const Layout layout = lay_out(table);
  EXPECT_EQ(layout.columns[1].unit, "µs");
  EXPECT_EQ(layout.rows[0][1].text, "0.9");
  EXPECT_EQ(layout.rows[2][1].text, "61");
  EXPECT_TRUE(layout.columns[0].is_numeric);
}

TEST(LayOut, FootnotesEachReasonOnceAndNeverShowsAZero) {
  Table table = two_columns();
  const Value missing = Value::missing(State::kUnsupported, "no fp16");
  table.rows = {{Scalar("a"), missing},
                {Scalar("b"), Value::of(State::kUndecided, 5, "one process")},
                {Scalar("c"), missing},
                {Scalar("d"), Value()}};
  const Layout layout = lay_out(table);
  ASSERT_EQ(layout.footnotes.size(), 2U);
  EXPECT_EQ(layout.footnotes[0].text, "unsupported: no fp16");
  EXPECT_EQ(layout.footnotes[1].text, "undecided: one process");
  std::vector<std::string> texts;
  for (const auto& row : layout.rows)
    texts.push_back(row[1].text + row[1].mark);
  EXPECT_THAT(texts, ElementsAre("unsupporteda", "5b", "unsupporteda", "not measured"));
  EXPECT_FALSE(layout.columns[0].is_numeric);
}

TEST(LayOut, MarksGoOnAfterZ) {
  Table table = two_columns();
  for (int i = 0; i < 28; ++i) {
    table.rows.push_back({Scalar("x"), Value::missing(State::kFailed, format("reason {}", i))});
  }
  const Layout layout = lay_out(table);
  EXPECT_EQ(layout.footnotes[25].mark, "z");
  EXPECT_EQ(layout.footnotes[26].mark, "aa");
  EXPECT_EQ(layout.footnotes[27].mark, "ab");
}

TEST(LayOutDeathTest, ARowIsAsLongAsTheColumns) {
  Table table = two_columns();
  table.rows = {{Scalar("short")}};
  EXPECT_DEATH(lay_out(table), "a row has a cell for every column");
}

TEST(NumbersOf, TakesValuesAndFactorsThatHaveANumber) {
  Table table = two_columns();
  table.rows = {{Scalar(std::int64_t{3}), Value::measured(7)},
                {Scalar("text"), Value::missing(State::kSkipped, "")},
                {Scalar(0.5), Value::measured(9)}};
  EXPECT_THAT(numbers_of(table, 0), ElementsAre(3, 0.5));
  EXPECT_THAT(numbers_of(table, 1), ElementsAre(7, 9));
}

}  // namespace
}  // namespace assay::figure
