// SPDX-License-Identifier: MIT
#include "lab/report/comparison.h"

#include <gmock/gmock.h>

namespace assay::report {
namespace {

analysis::CellComparison cell(const char* trial, statistics::Difference verdict) {
  analysis::CellComparison comparison;
  comparison.trial_id = trial;
  comparison.arm = "only";
  comparison.before = Value::measured(100, Interval{99, 101});
  comparison.after = Value::missing(State::kTimedOut, "no answer within 60 s");
  comparison.ratio = comparison.after / comparison.before;
  comparison.verdict = verdict;
  return comparison;
}

TEST(ComparisonTable, PutsWhatChangedFirstAndKeepsStates) {
  analysis::RunComparison comparison;
  comparison.cells = {cell("same", statistics::Difference::kSame),
                      cell("undecided", statistics::Difference::kUndecided),
                      cell("slower", statistics::Difference::kSlower)};
  comparison.only_before = {"gone, only"};
  const figure::Table table = comparison_table(comparison);
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0][0], figure::Cell(codec::Scalar(std::string("slower"))));
  EXPECT_EQ(table.rows[2][0], figure::Cell(codec::Scalar(std::string("same"))));
  EXPECT_EQ(std::get<Value>(table.rows[0][4]).state(), State::kTimedOut);
  for (const auto& row : table.rows) {
    EXPECT_EQ(row.size(), table.columns.size());
  }
  EXPECT_THAT(table.notes, ::testing::ElementsAre("only in the first run: gone, only"));
}

}  // namespace
}  // namespace assay::report
