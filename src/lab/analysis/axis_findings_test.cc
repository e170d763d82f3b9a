// SPDX-License-Identifier: MIT
#include "lab/analysis/axis_findings.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"
#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One cell per k: three processes around `log_time`, ten units of work.
std::vector<CellFinding> cells_of(const std::vector<double>& log_times, Random& random) {
  std::vector<CellFinding> cells;
  for (std::size_t i = 0; i < log_times.size(); ++i) {
    CellFinding cell;
    cell.arm = "only";
    cell.factors = {{"k", static_cast<std::int64_t>(i + 64)}, {"dtype", std::string("f32")}};
    cell.processes = 3;
    for (int process = 0; process < 3; ++process) {
      cell.process_logs.push_back(log_times[i] + 0.004 * random.normal());
    }
    cell.time = Value::measured(std::exp(log_times[i]));
    cell.time_per_work = cell.time.scaled(0.1);
    cells.push_back(cell);
  }
  return cells;
}

std::vector<CellFinding> stepped_cells(double step) {
  Random random(4);
  std::vector<double> log_times(40, 5.0);
  for (std::size_t i = 25; i < log_times.size(); ++i) {
    log_times[i] += step;
  }
  return cells_of(log_times, random);
}

TEST(AxisLines, HoldOneArmWithAllElseEqual) {
  const spec::Spec spec = planted_spec(64, 103);
  std::vector<CellFinding> cells = stepped_cells(0);
  for (std::size_t i = 0; i < 3; ++i) {
    cells[i].factors.set("dtype", std::string("bf16"));  // Too few for a line of their own.
  }
  cells[10].processes = 2;
  cells[11].time = Value::missing(State::kFailed, "x");
  const std::vector<AxisLine> lines = axis_lines(spec, cells);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0].x, SizeIs(35));
  EXPECT_EQ(lines[0].x.front(), 67);
  EXPECT_EQ(to_text(lines[0].series), "dtype=f32 arm=only");
  EXPECT_TRUE(lines[0].is_per_work);
  EXPECT_NEAR(lines[0].y.front(), 5 - std::log(10), 0.01);
}

TEST(FindOnAxes, AStepBelowTheFloorIsNone) {
  const spec::Spec spec = planted_spec(64, 103);
  const std::vector<CellFinding> cells = stepped_cells(0.05);
  for (const auto& [floor, count] : {std::pair{0.01, std::size_t{1}}, {0.1, std::size_t{0}}}) {
    Findings findings;
    find_on_axes(axis_lines(spec, cells), floor, {}, findings);
    EXPECT_THAT(findings.cliffs, SizeIs(count)) << floor;
    EXPECT_THAT(findings.periods, IsEmpty());
  }
}

TEST(FindOnAxes, AStepThatTheProcessesDoNotShareIsNone) {
  const spec::Spec spec = planted_spec(64, 103);
  std::vector<CellFinding> cells = stepped_cells(0.05);
  for (std::size_t i = 25; i < cells.size(); ++i) {
    cells[i].process_logs[0] += 0.2;
    cells[i].process_logs[1] -= 0.2;
  }
  Findings findings;
  find_on_axes(axis_lines(spec, cells), 0.01, {}, findings);
  EXPECT_THAT(findings.cliffs, IsEmpty());
}

}  // namespace
}  // namespace assay::analysis
