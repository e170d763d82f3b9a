// SPDX-License-Identifier: MIT
#include "lab/analysis/metric_logs.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::HasSubstr;

/// "wait" of an arm: 100 in slow, 50 in fast, with a per cent between processes.
std::vector<MeasuredTrial> planted_trials(
    const std::function<Value(const store::Record&, const std::string& arm)>& wait) {
  spec::Spec spec = planted_spec(1, 1);
  Planting planting;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm&) { return 2e6; };
  planting.change = [&](store::Record& record) {
    for (store::ArmRecord& arm : record.arms) {
      arm.metrics = {{"wait", wait(record, arm.name)}};
    }
  };
  return gather(spec, planted_records(spec, planting));
}

Value usual_wait(const store::Record& record, const std::string& arm) {
  const double level = arm == "fast" ? 50 : 100;
  return Value::measured(level * (1 + 0.01 * record.replicate));
}

TEST(MetricLogs, PairProcessesOfTwoArms) {
  const auto trials = planted_trials(usual_wait);
  const PairedLogs paired = paired_metric(trials[0], "slow", "fast", "wait");
  EXPECT_EQ(paired.state, State::kMeasured);
  ASSERT_EQ(paired.logs.size(), 5U);
  for (const double log : paired.logs) {
    EXPECT_NEAR(log, std::log(0.5), 1e-12);
  }
}

TEST(MetricLogs, ValuesAreThemselves) {
  const auto trials = planted_trials(usual_wait);
  const PairedLogs values = metric_values(trials[0], "fast", "wait");
  EXPECT_TRUE(values.are_values);
  EXPECT_THAT(values.logs, ::testing::ElementsAre(50, 50.5, 51, 51.5, 52));
  EXPECT_NEAR(values.value(0.95).number(), 51, 1e-9) << "no exponential is taken";
}

TEST(MetricLogs, WhatOneProcessCannotSayIsMissingWithItsReason) {
  const auto trials = planted_trials([](const store::Record& record, const std::string& arm) {
    if (record.replicate != 2 || arm != "fast") return usual_wait(record, arm);
    return Value::missing(State::kNotMeasured, "12 batches, p99 needs 299");
  });
  for (const PairedLogs& paired : {paired_metric(trials[0], "slow", "fast", "wait"),
                                   metric_values(trials[0], "fast", "wait")}) {
    EXPECT_EQ(paired.state, State::kNotMeasured);
    EXPECT_EQ(paired.reason, "fast, process 3: 12 batches, p99 needs 299");
    EXPECT_FALSE(paired.value(0.95).has_number());
  }
  EXPECT_EQ(metric_values(trials[0], "slow", "wait").state, State::kMeasured);
  EXPECT_THAT(metric_values(trials[0], "slow", "stalls").reason,
              HasSubstr("stalls was not measured"));
  EXPECT_THAT(metric_values(trials[0], "slwo", "wait").reason, HasSubstr("no arm slwo"));
}

TEST(MetricLogs, OfNothingThereIsAValueAndNoRatio) {
  const auto trials = planted_trials([](const store::Record& record, const std::string& arm) {
    return arm == "fast" ? Value::measured(0) : usual_wait(record, arm);
  });
  const PairedLogs paired = paired_metric(trials[0], "slow", "fast", "wait");
  EXPECT_EQ(paired.state, State::kNotMeasured);
  EXPECT_THAT(paired.reason, HasSubstr("wait of fast is 0 in process 1"));
  EXPECT_EQ(metric_values(trials[0], "fast", "wait").value(0.95).number(), 0);
}

TEST(MetricLogs, SimulatedAndContaminatedStaySo) {
  auto trials = planted_trials(usual_wait);
  trials[0].arms[1].misses.push_back({9, store::Status::kFailed, "it crashed"});
  EXPECT_EQ(metric_values(trials[0], "fast", "wait").state, State::kContaminated);
  EXPECT_EQ(paired_metric(trials[0], "slow", "fast", "wait").state, State::kContaminated);
  trials = planted_trials(usual_wait);
  for (MeasuredArm& arm : trials[0].arms) {
    arm.simulated_by = "virtual clock of sim:toy";
  }
  EXPECT_EQ(metric_values(trials[0], "fast", "wait").state, State::kSimulated);
  EXPECT_EQ(paired_metric(trials[0], "slow", "fast", "wait").state, State::kSimulated);
}

/// An arm against itself whose percentile moves by 10 % while its times stand still.
TEST(MetricLogs, AFloorIsTheMetricsOwn) {
  const auto trials = planted_trials([](const store::Record& record, const std::string& arm) {
    const double off = arm == "a again" ? 0.1 * (record.replicate % 2 == 0 ? 1 : -1) : 0;
    return Value::measured(100 * std::exp(off));
  });
  const std::vector<Floor> floors = metric_floors("planted", trials, "wait");
  ASSERT_EQ(floors.size(), 1U);
  EXPECT_GT(floors[0].detectable, 0.05);
  EXPECT_EQ(floors[0].cell_class, "planted, 1 ms to 10 ms") << "of the time of a call";
}

}  // namespace
}  // namespace assay::analysis
