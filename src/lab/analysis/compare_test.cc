// SPDX-License-Identifier: MIT
#include "lab/analysis/compare.h"

#include <gmock/gmock.h>

#include "lab/analysis/analyse.h"
#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using statistics::Difference;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Findings run_of(std::uint64_t seed, double factor, int processes = 6) {
  const spec::Spec spec = planted_spec(1, 3);
  Planting planting;
  planting.processes = processes;
  planting.samples = 10;
  planting.seed = seed;
  planting.time = [factor](const sweep::Trial& trial, const sweep::TrialArm& arm) {
    const bool is_changed = arm.name == "fast" && *trial.factors.integer("k") == 2;
    return is_changed ? 1e6 * factor : 1e6;
  };
  return analyse(spec, planted_records(spec, planting), {});
}

const CellComparison& changed_cell(const RunComparison& comparison) {
  return *std::ranges::find_if(comparison.cells, [](const CellComparison& cell) {
    return cell.trial_id == "k=2" && cell.arm == "fast";
  });
}

TEST(CompareRuns, FindsWhatChangedAndSaysThatTimesDiffer) {
  const RunComparison slower = compare_runs(run_of(1, 1), run_of(2, 1.3), {});
  EXPECT_THAT(slower.caveat, HasSubstr("different times"));
  EXPECT_EQ(slower.cells.size(), 6U);
  EXPECT_EQ(changed_cell(slower).verdict, Difference::kSlower);
  EXPECT_NEAR(changed_cell(slower).ratio.number(), 1.3, 0.06);
  const RunComparison faster = compare_runs(run_of(1, 1), run_of(2, 0.7), {});
  EXPECT_EQ(changed_cell(faster).verdict, Difference::kFaster);
}

TEST(CompareRuns, FewProcessesCannotTell) {
  const RunComparison comparison = compare_runs(run_of(1, 1, 3), run_of(2, 2, 3), {});
  EXPECT_EQ(changed_cell(comparison).verdict, Difference::kUndecided);
  EXPECT_THAT(changed_cell(comparison).because, HasSubstr("cannot go below p = 0.1"));
}

TEST(CompareRuns, SameIsProvedByTheMargin) {
  const RunComparison comparison =
      compare_runs(run_of(1, 1), run_of(2, 1), {.confidence = 0.95, .margin = 0.1});
  for (const CellComparison& cell : comparison.cells) {
    EXPECT_EQ(cell.verdict, Difference::kSame) << cell.trial_id;
  }
}

TEST(CompareRuns, NamesWhatOnlyOneRunHas) {
  Findings before = run_of(1, 1);
  const Findings after = run_of(2, 1);
  before.cells.erase(before.cells.begin());
  const RunComparison comparison = compare_runs(before, after, {});
  EXPECT_THAT(comparison.only_after, ElementsAre("k=1, slow"));
  EXPECT_TRUE(comparison.only_before.empty());
}

TEST(CompareRuns, AMissingCellKeepsItsState) {
  Findings before = run_of(1, 1);
  before.cells[0].time = Value::missing(State::kWrong, "off by one");
  const RunComparison comparison = compare_runs(before, run_of(2, 1), {});
  EXPECT_EQ(comparison.cells[0].ratio.state(), State::kWrong);
  EXPECT_EQ(comparison.cells[0].verdict, Difference::kUndecided);
}

/// Research 4.6 item 4: a thousand pairs of runs of the same thing.
TEST(CompareRuns, SameThingTwiceIsRarelyCalledDifferent) {
  int wrong = 0;
  constexpr std::uint64_t kPairs = 1000;
  for (std::uint64_t pair = 0; pair < kPairs; ++pair) {
    const RunComparison comparison =
        compare_runs(run_of(2 * pair + 1, 1, 5), run_of(2 * pair + 2, 1, 5), {});
    const bool any = std::ranges::any_of(comparison.cells, [](const CellComparison& cell) {
      return cell.verdict == Difference::kFaster || cell.verdict == Difference::kSlower;
    });
    wrong += any ? 1 : 0;
  }
  EXPECT_LE(wrong, static_cast<int>(kPairs * 5 / 100));
}

TEST(CompareRuns, ASimulatedRunIsNotComparedWithAMeasuredOne) {
  Findings simulated = run_of(2, 1);
  for (CellFinding& cell : simulated.cells) {
    cell.time = Value::of(State::kSimulated, cell.time.number(), "virtual clock of sim:toy");
  }
  const RunComparison comparison = compare_runs(run_of(1, 1), simulated, {});
  for (const CellComparison& cell : comparison.cells) {
    EXPECT_EQ(cell.verdict, Difference::kUndecided);
    EXPECT_EQ(cell.ratio.state(), State::kNotMeasured);
    EXPECT_EQ(cell.because, "measured then simulated: they are not compared");
  }
}

}  // namespace
}  // namespace assay::analysis
