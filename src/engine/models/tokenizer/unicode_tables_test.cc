// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/unicode_tables.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>

namespace assay::models {
namespace {

template <class Ranges>
std::int64_t count_of(const Ranges& ranges) {
  std::int64_t count = 0;
  for (const auto& range : ranges)
    count += range.last - range.first + 1;
  return count;
}

template <class Ranges>
bool are_apart(const Ranges& ranges) {
  char32_t end = 0;
  for (const auto& range : ranges) {
    if (range.first < end || range.last < range.first) return false;
    end = range.last + 1;
  }
  return true;
}

TEST(UnicodeTables, AreInOrderAndComplete) {
  EXPECT_TRUE(are_apart(letters()));
  EXPECT_TRUE(are_apart(numbers()));
  EXPECT_TRUE(are_apart(spaces()));
  EXPECT_TRUE(are_apart(combining_classes()));
  // As Node.js 20 counts \p{L}, \p{N} and \s where DerivedAge.txt says 15.0 or less.
  EXPECT_EQ(count_of(letters()), 136'104);
  EXPECT_EQ(count_of(numbers()), 1'831);
  EXPECT_EQ(count_of(spaces()), 25);
}

template <class Table>
bool is_in_order(const Table& table) {
  return std::ranges::is_sorted(table, std::less_equal<>(),
                                [](const auto& row) { return row.code; });
}

TEST(UnicodeTables, DecompositionsAreInOrder) {
  EXPECT_TRUE(is_in_order(composing_pairs()));
  EXPECT_TRUE(is_in_order(excluded_pairs()));
  EXPECT_TRUE(is_in_order(replacements()));
}

}  // namespace
}  // namespace assay::models
