// SPDX-License-Identifier: MIT
#include "lab/analysis/ratios.h"

#include <gmock/gmock.h>

#include <cmath>

namespace assay::analysis {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;

ProcessSamples samples(int replicate, double level) {
  ProcessSamples process;
  process.replicate = replicate;
  for (int i = 0; i < 40; ++i) {
    process.times.push_back(level * (1 + 0.01 * (i % 5)));
  }
  process.sorted = process.times;
  std::ranges::sort(process.sorted);
  process.doubts.assign(process.times.size(), 0);
  process.log_median = std::log(level * 1.02);
  return process;
}

/// `other` takes twice the time of `base`, does four times the work and three times the operations.
MeasuredTrial trial_of(int processes) {
  MeasuredTrial trial;
  trial.arms.resize(2);
  MeasuredArm& base = trial.arms[0];
  MeasuredArm& other = trial.arms[1];
  base.name = "base";
  other.name = "other";
  base.work = base.flops = 1;
  other.work = 4;
  other.flops = 3;
  for (int i = 0; i < processes; ++i) {
    const double process = 1 + 0.1 * i;  // Slow for both: gone from the ratio.
    base.processes.push_back(samples(i, 100 * process));
    other.processes.push_back(samples(i, 200 * process));
  }
  return trial;
}

TEST(PairedLogs, OfEveryMetric) {
  const MeasuredTrial trial = trial_of(3);
  struct Case {
    Metric metric;
    double ratio;
  };
  for (const auto& [metric, ratio] : {Case{Metric::kTime, 2},
                                      {Metric::kTimeClean, 2},
                                      {Metric::kTimePerWork, 0.5},
                                      {Metric::kFlopsRate, 1.5},
                                      {Metric::kP50, 2},
                                      {Metric::kP90, 2}}) {
    const PairedLogs paired = paired_logs(trial, "base", "other", metric);
    EXPECT_EQ(paired.state, State::kMeasured);
    EXPECT_THAT(paired.replicates, ElementsAre(0, 1, 2));
    EXPECT_THAT(paired.logs, Each(DoubleNear(std::log(ratio), 1e-12)));
  }
}

TEST(PairedLogs, SayWhatIsInTheWay) {
  MeasuredTrial trial = trial_of(3);
  EXPECT_EQ(paired_logs(trial, "base", "third", Metric::kTime).reason, "no arm third");
  EXPECT_EQ(paired_logs(trial, "base", "other", Metric::kBytesRate).state, State::kNotMeasured);
  EXPECT_EQ(paired_logs(trial, "base", "other", Metric::kP99).reason,
            "no process has enough samples of both arms");
  trial.arms[0].processes[0].batch = 2;
  trial.arms[1].misses = {{1, store::Status::kWrong, "x"}};
  EXPECT_EQ(paired_logs(trial, "base", "other", Metric::kTime).state, State::kWrong);
}

TEST(PairedLogs, AreOfProcessesThatMeasuredBoth) {
  MeasuredTrial trial = trial_of(4);
  trial.arms[1].processes.erase(trial.arms[1].processes.begin() + 1);
  trial.arms[1].misses = {{1, store::Status::kTimedOut, "60 s"}};
  const PairedLogs paired = paired_logs(trial, "base", "other", Metric::kTime);
  EXPECT_THAT(paired.replicates, ElementsAre(0, 2, 3));
  EXPECT_EQ(paired.value(0.95).state(), State::kContaminated);
}

TEST(PairedLogs, ARatioThatDriftsIsContaminated) {
  MeasuredTrial trial = trial_of(3);
  for (ProcessSamples& process : trial.arms[1].processes) {
    for (std::size_t i = 0; i < process.times.size(); ++i) {
      process.times[i] *= 1 + 0.01 * static_cast<double>(i);
    }
  }
  const PairedLogs paired = paired_logs(trial, "base", "other", Metric::kTime);
  EXPECT_EQ(paired.state, State::kContaminated);
  EXPECT_EQ(paired.reason, "the ratio drifted in 3 of 3 processes");
}

TEST(AdjustPValues, LeavesFloorsAndUnansweredOnesOut) {
  std::vector<RatioFinding> ratios(4);
  for (RatioFinding& ratio : ratios) {
    ratio.process_log_ratios = {0, 0, 0};
    ratio.p_value = 0.01;
  }
  ratios[1].kind = sweep::TrialKind::kFloor;
  ratios[2].process_log_ratios = {0};
  ratios[3].p_value = 0.04;
  adjust_p_values(ratios);
  EXPECT_DOUBLE_EQ(ratios[0].p_adjusted, 0.02);
  EXPECT_EQ(ratios[1].p_adjusted, 1);
  EXPECT_EQ(ratios[2].p_adjusted, 1);
  EXPECT_DOUBLE_EQ(ratios[3].p_adjusted, 0.04);
}

TEST(ParseMetric, KnowsTheNamesOfTheReport) {
  for (const std::string& name : metric_names()) {
    EXPECT_TRUE(parse_metric(name)) << name;
  }
  EXPECT_EQ(parse_metric("ratio"), Metric::kTime);
  EXPECT_EQ(parse_metric("latency"), std::nullopt);
}

TEST(PairedLogs, WhatWasSimulatedAndWhatWasMeasuredAreNotCompared) {
  for (const std::size_t simulated : {0U, 1U}) {
    MeasuredTrial trial = trial_of(3);
    trial.arms[simulated].simulated_by = "virtual clock of sim:toy";
    const RatioFinding ratio = ratios_of(trial, 0.95).front();
    EXPECT_EQ(ratio.ratio.state(), State::kNotMeasured);
    EXPECT_EQ(ratio.ratio_per_work.state(), State::kNotMeasured);
    EXPECT_EQ(ratio.ratio.reason(),
              format("{} is simulated (virtual clock of sim:toy) and {} was measured: they are "
                     "not compared",
                     trial.arms[simulated].name, trial.arms[1 - simulated].name));
  }
}

TEST(PairedLogs, OfTwoSimulatedTimesIsSimulated) {
  MeasuredTrial trial = trial_of(1);  // One process: a simulation needs no second.
  trial.arms[0].simulated_by = "virtual clock of sim:toy";
  trial.arms[1].simulated_by = "virtual clock of sim:other";
  std::vector<RatioFinding> ratios = ratios_of(trial, 0.95);
  EXPECT_EQ(ratios[0].ratio.state(), State::kSimulated);
  EXPECT_EQ(ratios[0].ratio.reason(), "virtual clock of sim:toy and virtual clock of sim:other");
  EXPECT_NEAR(ratios[0].ratio.number(), 2, 1e-9);
  EXPECT_EQ(ratios[0].p_value, 1) << "chance has no part in it";
  adjust_p_values(ratios);
  EXPECT_EQ(ratios[0].p_adjusted, 1);
}

}  // namespace
}  // namespace assay::analysis
