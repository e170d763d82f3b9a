// SPDX-License-Identifier: MIT
#include "lab/analysis/cells.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"

namespace assay::analysis {
namespace {

/// Processes whose medians spread by `between` (log), of samples that spread by `within`.
MeasuredArm arm_of(int processes, double between, double within) {
  Random random(12);
  MeasuredArm arm;
  arm.name = "only";
  arm.bytes = 500;
  for (int i = 0; i < processes; ++i) {
    ProcessSamples& process = arm.processes.emplace_back();
    process.replicate = i;
    const double level = 1000 * std::exp(between * random.normal());
    for (int sample = 0; sample < 100; ++sample) {
      process.times.push_back(level * std::exp(within * random.normal()));
    }
    process.sorted = process.times;
    std::ranges::sort(process.sorted);
    process.doubts.assign(process.times.size(), 0);
    process.log_median = std::log(level);
  }
  return arm;
}

CellFinding cell_from(const MeasuredArm& arm) {
  MeasuredTrial trial;
  trial.id = "k=1";
  trial.arms = {arm};
  return cell_of(spec::Spec(), trial, trial.arms[0], 0.95);
}

TEST(CellOf, SplitsTheSpread) {
  const CellFinding cell = cell_from(arm_of(30, 0.1, 0.02));
  EXPECT_NEAR(cell.between_sd, 0.1, 0.03);
  EXPECT_NEAR(cell.within_sd, 1.2533 * 0.02 / 10, 0.001);  // Of a median of 100 samples.
  EXPECT_EQ(cell.processes, 30);
  EXPECT_EQ(cell.samples, 3000);
}

TEST(CellOf, TheIntervalIsOverProcesses) {
  const MeasuredArm arm = arm_of(5, 0.1, 0.001);
  const CellFinding cell = cell_from(arm);
  // Pooled, 500 samples would claim to know the median much better than 5 processes do.
  EXPECT_GT(cell.time.interval()->high / cell.time.interval()->low, 1.1);
  EXPECT_EQ(cell.bytes_rate.state(), State::kMeasured);
  EXPECT_NEAR(cell.bytes_rate.number(), 500e9 / cell.time.number(), 1);
}

TEST(CellOf, TooFewCleanSamplesGiveNoCleanTime) {
  MeasuredArm arm = arm_of(3, 0.01, 0.01);
  for (ProcessSamples& process : arm.processes) {
    std::fill(process.doubts.begin() + 3, process.doubts.end(), std::uint8_t{1});
  }
  const CellFinding cell = cell_from(arm);
  EXPECT_EQ(cell.time_clean.state(), State::kNotMeasured);
  EXPECT_EQ(cell.time.state(), State::kMeasured);
  EXPECT_EQ(cell.doubtful_samples, 291);
}

TEST(CellOf, AnArmWithoutAProcessHasAReasonEverywhere) {
  MeasuredArm arm;
  arm.misses = {{0, store::Status::kUnsupported, "no fp16"}};
  const CellFinding cell = cell_from(arm);
  for (const Value& value : {cell.time, cell.time_clean, cell.time_per_work, cell.flops_rate,
                             cell.bytes_rate, cell.p50, cell.p999}) {
    EXPECT_EQ(value, Value::missing(State::kUnsupported, "no fp16"));
  }
}

TEST(CountStatuses, CountsProcessesOfArms) {
  MeasuredTrial trial;
  trial.arms = {arm_of(3, 0.1, 0.1), arm_of(2, 0.1, 0.1)};
  trial.arms[1].misses = {{2, store::Status::kFailed, ""}};
  std::map<std::string, std::int64_t> counts;
  count_statuses(trial, counts);
  EXPECT_EQ(counts, (std::map<std::string, std::int64_t>{{"ok", 5}, {"failed", 1}}));
}

TEST(CellOf, MetricsOfTheWorkloadAreOverProcesses) {
  MeasuredArm arm = arm_of(3, 0.01, 0.01);
  double busy = 0;
  for (ProcessSamples& process : arm.processes) {
    process.metrics = {{"busy", Value::measured(busy)}, {"p99", Value::measured(1)}};
    busy += 0.1;
  }
  arm.processes[1].metrics[1].second = Value::missing(State::kNotMeasured, "8 batches");
  CellFinding cell = cell_from(arm);
  ASSERT_NE(cell.metric("busy"), nullptr);
  EXPECT_NEAR(cell.metric("busy")->number(), 0.1, 1e-9);
  EXPECT_TRUE(cell.metric("busy")->interval());
  EXPECT_EQ(*cell.metric("p99"), Value::missing(State::kNotMeasured, "8 batches"));
  EXPECT_EQ(cell.metric("gone"), nullptr);
  arm.processes[2].metrics.clear();
  cell = cell_from(arm);
  EXPECT_EQ(cell.metric("busy")->reason(), "an earlier version did not measure it");
}

TEST(CellOf, IsCalledAsTheExperimentSays) {
  MeasuredTrial trial;
  trial.id = "k=1";
  trial.arms = {arm_of(3, 0.01, 0.01)};
  trial.arms[0].factors = {{"k", std::int64_t{7}}};
  spec::Spec spec;
  EXPECT_EQ(cell_of(spec, trial, trial.arms[0], 0.95).label, "k=1");
  trial.arms.push_back(trial.arms[0]);
  EXPECT_EQ(cell_of(spec, trial, trial.arms[0], 0.95).label, "k=1:only");
  spec.results.label = "cpu_{k}_{arm}";
  EXPECT_EQ(cell_of(spec, trial, trial.arms[0], 0.95).label, "cpu_7_only");
}

/// Of a virtual clock: every sample of every process the same.
MeasuredArm simulated_arm(int processes) {
  MeasuredArm arm = arm_of(processes, 0, 0);
  arm.simulated_by = "virtual clock of sim:toy";
  return arm;
}

TEST(CellOf, ASimulatedTimeSaysSoInEveryNumberThatIsMadeOfIt) {
  for (const int processes : {1, 5}) {
    const CellFinding cell = cell_from(simulated_arm(processes));
    for (const Value& value : {cell.time, cell.time_clean, cell.bytes_rate, cell.p50, cell.p90}) {
      EXPECT_EQ(value.state(), State::kSimulated) << to_text(value);
      EXPECT_EQ(value.reason(), "virtual clock of sim:toy");
    }
    EXPECT_NEAR(cell.time.number(), 1000, 1e-9);
    EXPECT_THAT(cell.cell_class, ::testing::HasSubstr("(simulated), 1 us to 10 us"));
  }
}

TEST(CellOf, SimulatedProcessesThatDifferAreNotPublishedAsOne) {
  MeasuredArm arm = arm_of(2, 0.1, 0);
  arm.simulated_by = "virtual clock of sim:toy";
  EXPECT_EQ(cell_from(arm).time.state(), State::kUndecided);
  arm = simulated_arm(3);
  arm.processes[1].build = "another";
  const CellFinding mixed = cell_from(arm);
  EXPECT_EQ(mixed.time.state(), State::kContaminated);
  EXPECT_THAT(mixed.time.reason(), ::testing::HasSubstr("; virtual clock of sim:toy"));
}

}  // namespace
}  // namespace assay::analysis
