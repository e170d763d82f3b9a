// SPDX-License-Identifier: MIT
#include "core/codec/csv.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/codec/json.h"
#include "core/random.h"

namespace assay::codec {
namespace {

TEST(AppendCsvRow, QuotesWhereItMust) {
  std::string text;
  append_csv_row(text,
                 std::vector<std::string>{"plain", "a,b", "say \"hi\"", "two\nlines", "", " x"});
  EXPECT_EQ(text, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,\" x\"\n");
}

TEST(ParseCsv, ReadsRowsAndPlaces) {
  const Result<Node> rows = parse_csv("k,time\r\n107,\"1,5\"\n", "t.csv");
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_EQ(to_json(*rows), R"([["k","time"],["107","1,5"]])");
  EXPECT_EQ(to_text(rows->items()[1].items()[1].mark()), "t.csv:2:5");
  EXPECT_TRUE(rows->items()[1].items()[1].is_quoted());
}

TEST(ParseCsv, TakesOddButLegalTexts) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", "[]"},
      {"a", R"([["a"]])"},
      {"a\n", R"([["a"]])"},
      {"\n", R"([[""]])"},
      {",\n", R"([["",""]])"},
      {"a,b\n,", R"([["a","b"],["",""]])"},
      {"\"\"", R"([[""]])"},
      {"\"\"\"\"", "[[\"\\\"\"]]"},
      {"a\rb", "[[\"a\\u000db\"]]"},
      {"\xEF\xBB\xBFk", R"([["k"]])"},
  };
  for (const auto& [text, json] : table) {
    const Result<Node> rows = parse_csv(text, "t.csv");
    ASSERT_TRUE(rows) << text << rows.error().to_string();
    EXPECT_EQ(to_json(*rows), json) << text;
  }
}

TEST(ParseCsv, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"a,b\nc\n", "t.csv:2:1: a row of 1 cells; the first row has 2"},
      {"a,b\n\nc,d\n", "t.csv:2:1: a row of 1 cells; the first row has 2"},
      {"a\n\"b", "t.csv:2:1: this quote is never closed"},
      {"\"a\"b", "t.csv:1:4: text after a closing quote: expected a comma or the end of the line"},
      {"a\"b", "t.csv:1:2: a quote inside a cell: quote the whole cell and double it"},
      {"a\nb\xFF", "t.csv:2: byte 0xff is not UTF-8"},
  };
  for (const auto& [text, message] : table) {
    const Result<Node> rows = parse_csv(text, "t.csv");
    ASSERT_FALSE(rows) << text;
    EXPECT_EQ(rows.error().message(), message);
  }
}

TEST(Csv, WhatIsWrittenReadsBackEqual) {
  constexpr std::string_view kPieces[] = {"a", ",",        "\"",  "\n",          "\r",
                                          " ", "\xC3\xA9", "1.5", "\xEF\xBB\xBF"};
  Random random(7);
  for (int round = 0; round < 5'000; ++round) {
    const std::size_t width = 1 + random.below(3);
    std::string text;
    Node rows = Node::list();
    for (std::uint64_t left = 1 + random.below(3); left > 0; --left) {
      std::vector<std::string> cells(width);
      Node row = Node::list();
      for (std::string& cell : cells) {
        for (std::uint64_t more = random.below(4); more > 0; --more) {
          cell += kPieces[random.below(std::size(kPieces))];
        }
        row.append(cell);
      }
      append_csv_row(text, cells);
      rows.append(std::move(row));
    }
    const Result<Node> read = parse_csv(text, "t.csv");
    ASSERT_TRUE(read) << text << read.error().to_string();
    ASSERT_EQ(*read, rows) << text;
  }
}

}  // namespace
}  // namespace assay::codec
