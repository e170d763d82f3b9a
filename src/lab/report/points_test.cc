// SPDX-License-Identifier: MIT
#include "lab/report/points.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "lab/report/invented_run.h"

namespace assay::report {
namespace {

using codec::Scalar;
using ::testing::ElementsAre;

TEST(CellPoints, StandInTheOrderOfTheAxes) {
  InventedRun run = invented_run({96, 104, 112}, {"openblas", "onednn"});
  std::ranges::reverse(run.findings.cells);
  const auto points = cell_points(run.view(), {});
  ASSERT_TRUE(points);
  std::vector<std::string> trials;
  for (const Point& point : *points)
    trials.push_back(point.cell->trial_id);
  EXPECT_THAT(trials, ElementsAre("k=96", "k=96", "k=104", "k=104", "k=112", "k=112"));
}

TEST(CellPoints, LeaveOutComparisonsAndFloors) {
  InventedRun run = invented_run({96, 104}, {"openblas"});
  run.findings.cells[0].kind = sweep::TrialKind::kCompare;
  run.findings.cells[1].kind = sweep::TrialKind::kFloor;
  EXPECT_TRUE(cell_points(run.view(), {})->empty());
}

TEST(CellPoints, AreSelectedByFactorsAndArm) {
  const InventedRun run = invented_run({96, 104, 112}, {"openblas", "onednn"});
  const std::vector<std::string> names{"k", "arm"};
  const auto where = spec::Expression::parse("k > 96 and arm == \"onednn\"", names);
  ASSERT_TRUE(where);
  EXPECT_EQ(cell_points(run.view(), *where)->size(), 2U);
}

TEST(RatioPoints, KnowBothTheirArmsAndTheirCell) {
  const InventedRun run = invented_run({96, 104}, {"openblas", "onednn"});
  const auto points = ratio_points(run.view(), {});
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 2U);
  const Point& point = points->front();
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "base")), Scalar("openblas"));
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "other")), Scalar("onednn"));
  EXPECT_EQ(point.cell->arm, "onednn");
}

TEST(CellOf, AnswersForFactorsMetricsMechanismsAndWords) {
  const InventedRun run = invented_run({96}, {"openblas", "onednn"});
  const auto points = cell_points(run.view(), {});
  const Point& point = points->back();
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "k")), Scalar(std::int64_t{96}));
  EXPECT_EQ(std::get<Value>(cell_of(point, "time")), point.cell->time);
  EXPECT_EQ(std::get<Value>(cell_of(point, "ratio")), point.ratio->ratio);
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "kernel")), Scalar("onednn_avx2_6x16"));
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "trial")), Scalar("k=96"));
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "processes")), Scalar(std::int64_t{5}));
  EXPECT_EQ(std::get<Scalar>(cell_of(point, "nothing")), Scalar());
}

TEST(CellOf, TheBaseArmHasNoRatio) {
  const InventedRun run = invented_run({96}, {"openblas", "onednn"});
  const auto points = cell_points(run.view(), {});
  EXPECT_EQ(std::get<Scalar>(cell_of(points->front(), "ratio")), Scalar());
}

TEST(VaryingFactors, AreThoseWithMoreThanOneValue) {
  const InventedRun run = invented_run({96, 104}, {"openblas"});
  EXPECT_THAT(varying_factors(*cell_points(run.view(), {})), ElementsAre("k"));
}

TEST(ColumnOf, MetricsHaveUnitsAndFactorsTheirName) {
  const std::vector<spec::MetricEntry> own{{"busy", "time at work", "fraction"}};
  EXPECT_EQ(column_of("time", own).unit, "ns");
  EXPECT_EQ(column_of("busy", own).unit, "fraction");
  EXPECT_EQ(column_of("busy", own).title, "time at work");
  EXPECT_EQ(column_of("head_dim", own).title, "head dim");
}

}  // namespace
}  // namespace assay::report
