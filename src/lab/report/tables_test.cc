// SPDX-License-Identifier: MIT
#include "lab/report/tables.h"

#include <gmock/gmock.h>

#include "lab/figure/table_text.h"
#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const figure::Table& table) {
  std::vector<std::string> names;
  for (const figure::Column& column : table.columns)
    names.push_back(column.name);
  return names;
}

spec::TableRequest request(std::string kind, std::vector<std::string> columns = {}) {
  return {
      .id = "t", .kind = std::move(kind), .title = "T", .columns = std::move(columns), .where = {}};
}

TEST(TableOf, CellsShowWhatVariesAndWhatIsKnown) {
  const InventedRun run = invented_run({96, 104}, {"openblas", "onednn"});
  const auto table = table_of(run.view(), request("cells"));
  ASSERT_TRUE(table);
  EXPECT_THAT(names_of(*table), ElementsAre("k", "library", "arm", "time", "flops_rate", "p50",
                                            "ratio", "processes"));
  EXPECT_EQ(table->rows.size(), 4U);
}

TEST(TableOf, RatiosNameBothArms) {
  const InventedRun run = invented_run({96, 104}, {"openblas", "onednn"});
  const auto table = table_of(run.view(), request("ratios"));
  ASSERT_TRUE(table);
  EXPECT_THAT(names_of(*table),
              ElementsAre("k", "base", "other", "ratio", "ratio_per_work", "p_adjusted"));
}

TEST(TableOf, AskedColumnsAreTaken) {
  const InventedRun run = invented_run({96}, {"openblas"});
  const auto table = table_of(run.view(), request("cells", {"k", "kernel", "p99"}));
  ASSERT_TRUE(table);
  EXPECT_THAT(figure::to_markdown(*table), HasSubstr("p99 needs 299 samples; there are 180"));
}

TEST(TableOf, SummaryCountsWhatHasNoNumber) {
  const InventedRun run = invented_run({96, 107, 112}, {"math", "mem_efficient"});
  const auto table = table_of(run.view(), request("summary"));
  ASSERT_TRUE(table);
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(std::get<codec::Scalar>(table->rows[1][3]), codec::Scalar(std::int64_t{1}));
}

TEST(TableOf, AnUnknownKindIsAnsweredWithTheNearest) {
  const InventedRun run = invented_run({96}, {"openblas"});
  const auto table = table_of(run.view(), request("sumary"));
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message(), HasSubstr("did you mean summary?"));
}

TEST(PointsTable, CarriesTheCommandOfEveryPoint) {
  const InventedRun run = invented_run({96, 107}, {"math", "mem_efficient"});
  const figure::Table table = points_table(run.view());
  ASSERT_EQ(table.rows.size(), 4U);
  for (const auto& row : table.rows) {
    const auto& command = std::get<std::string>(std::get<codec::Scalar>(row.back()));
    EXPECT_THAT(command, HasSubstr("assay run"));
  }
}

TEST(AlwaysTables, HoldWhatWasFound) {
  const InventedRun run = invented_sweep();
  EXPECT_EQ(cliffs_table(run.view()).rows.size(), 2U);
  EXPECT_EQ(periods_table(run.view()).rows.size(), 1U);
  EXPECT_EQ(floors_table(run.view()).rows.size(), 2U);
  const InventedRun empty = invented_run({}, {});
  EXPECT_TRUE(cliffs_table(empty.view()).rows.empty());
  EXPECT_TRUE(points_table(empty.view()).rows.empty());
}

TEST(TablesOf, ATableThatCannotBeMadeSaysSoAndTakesNothingWithIt) {
  InventedRun run = invented_sweep();
  run.spec.tables[0].kind = "nonsense";
  const auto tables = tables_of(run.view());
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), run.spec.tables.size());
  const auto& problem = std::get<codec::Scalar>(tables->at(0).rows.at(0).at(0));
  EXPECT_THAT(std::get<std::string>(problem), HasSubstr("in tables.summary"));
}

}  // namespace
}  // namespace assay::report
