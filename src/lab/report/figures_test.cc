// SPDX-License-Identifier: MIT
#include "lab/report/figures.h"

#include <gmock/gmock.h>

#include "lab/figure/marks.h"
#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using ::testing::HasSubstr;

spec::FigureRequest request(std::string kind, std::string y = "time") {
  return {.id = "f",
          .kind = std::move(kind),
          .title = "F",
          .x = "k",
          .y = std::move(y),
          .color = "arm",
          .facet = "",
          .where = {}};
}

TEST(FigureOf, EveryKindCanBeDrawn) {
  const InventedRun run = invented_backends();
  for (const std::string& kind : figure_kinds()) {
    SCOPED_TRACE(kind);
    const auto figure = figure_of(run.view(), request(kind));
    ASSERT_TRUE(figure) << figure.error().to_string();
    EXPECT_EQ(figure->table.rows.size(), run.findings.cells.size());
    EXPECT_TRUE(figure::marks_of(*figure));
  }
}

TEST(FigureOf, CliffsBecomeRulesOncePerPlace) {
  const auto figure = figure_of(invented_sweep().view(), request("line"));
  ASSERT_TRUE(figure);
  ASSERT_EQ(figure->rules.size(), 1U);
  EXPECT_DOUBLE_EQ(figure->rules[0].x, 128.5);
  EXPECT_EQ(figure->rules[0].label, "128|129 ×1.58 (2 series)");
}

TEST(FigureOf, RatiosStandAgainstTheFloor) {
  const auto figure = figure_of(invented_sweep().view(), request("line", "ratio"));
  ASSERT_TRUE(figure);
  ASSERT_EQ(figure->levels.size(), 2U);
  EXPECT_DOUBLE_EQ(figure->levels[1].high, 1.014);
}

TEST(FigureOf, PaddingIsDrawnAgainstMemory) {
  const auto figure = figure_of(invented_backends().view(), request("padding"));
  ASSERT_TRUE(figure);
  EXPECT_EQ(figure->x, "overhead");
  EXPECT_EQ(figure->label, "k");
  const auto marks = figure::marks_of(*figure);
  ASSERT_TRUE(marks);
  EXPECT_NEAR(marks->marks.back().x, 100.0 * 32 / 96, 1e-9) << "128 against 96, in percent";
}

TEST(FigureOf, NormalisedIsOneAtTheFirst) {
  const auto figure = figure_of(invented_backends().view(), request("normalised", "time_per_work"));
  ASSERT_TRUE(figure);
  for (const auto& row : figure->table.rows) {
    const auto& k = std::get<codec::Scalar>(row[0]);
    const auto& value = std::get<Value>(row[1]);
    if (k == codec::Scalar(std::int64_t{96})) {
      EXPECT_DOUBLE_EQ(value.number(), 1);
    }
  }
}

TEST(FigureOf, WhatIsMissingStaysMissing) {
  const auto figure = figure_of(invented_backends().view(), request("bars"));
  ASSERT_TRUE(figure);
  EXPECT_THAT(figure::notes_of(*figure::marks_of(*figure)),
              ::testing::Contains("1 without a number: 1 unsupported"));
}

TEST(FigureOf, UnknownNamesAreAnsweredWithTheNearest) {
  const InventedRun run = invented_backends();
  const auto kind = figure_of(run.view(), request("lines"));
  ASSERT_FALSE(kind);
  EXPECT_THAT(kind.error().message(), HasSubstr("did you mean line?"));
  const auto metric = figure_of(run.view(), request("line", "flop_rate"));
  ASSERT_FALSE(metric);
  EXPECT_THAT(metric.error().message(), HasSubstr("did you mean flops_rate?"));
}

TEST(FiguresOf, DrawsWhatTheSpecAsksFor) {
  const InventedRun run = invented_sweep();
  const auto figures = figures_of(run.view());
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->size(), run.spec.figures.size());
}

}  // namespace
}  // namespace assay::report
