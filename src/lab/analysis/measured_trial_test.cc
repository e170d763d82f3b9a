// SPDX-License-Identifier: MIT
#include "lab/analysis/measured_trial.h"

#include <gmock/gmock.h>

#include "lab/analysis/planted_records.h"

namespace assay::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<store::Record> three_processes(const spec::Spec& spec) {
  Planting planting;
  planting.processes = 3;
  planting.samples = 8;
  planting.time = [](const sweep::Trial&, const sweep::TrialArm&) { return 1e6; };
  return planted_records(spec, planting);
}

TEST(Gather, PutsProcessesTogetherInTheOrderOfTheSpec) {
  const spec::Spec spec = planted_spec(1, 2);
  std::vector<store::Record> records = three_processes(spec);
  std::ranges::reverse(records);
  const std::vector<MeasuredTrial> trials = gather(spec, records);
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials[0].id, "k=1");
  EXPECT_EQ(trials[1].id, "k=2");
  EXPECT_EQ(trials[2].kind, sweep::TrialKind::kFloor);
  const MeasuredArm* fast = trials[0].find("fast");
  ASSERT_NE(fast, nullptr);
  ASSERT_EQ(fast->processes.size(), 3U);
  EXPECT_EQ(fast->processes[2].replicate, 2);
  EXPECT_EQ(fast->find(1), &fast->processes[1]);
  EXPECT_EQ(fast->find(7), nullptr);
  EXPECT_EQ(trials[0].find("faster"), nullptr);
}

TEST(Gather, TimesAreOfOneCallInNanoseconds) {
  const spec::Spec spec = planted_spec(1, 1);
  std::vector<store::Record> records = three_processes(spec);
  records[0].arms[0].series.batch = 10;
  records[0].arms[0].series.samples = {30ns, 10ns, 20ns};
  records[0].arms[0].series.doubts = {0, 1, 0};
  const ProcessSamples process = gather(spec, records)[0].arms[0].processes[0];
  EXPECT_THAT(process.times, ElementsAre(3, 1, 2));
  EXPECT_THAT(process.sorted, ElementsAre(1, 2, 3));
  EXPECT_DOUBLE_EQ(process.log_median, std::log(2.0));
}

TEST(Gather, ARecordUnderAnotherKeyIsStale) {
  const spec::Spec spec = planted_spec(1, 1);
  std::vector<store::Record> records = three_processes(spec);
  store::Record changed = records[0];
  changed.trial_key += 1;
  records.push_back(changed);
  EXPECT_EQ(gather(spec, records)[0].arms[0].processes.size(), 1U);
}

TEST(Gather, ADeadProcessSpeaksForEveryArm) {
  const spec::Spec spec = planted_spec(1, 1);
  std::vector<store::Record> records = three_processes(spec);
  records[0].arms.clear();
  records[0].status = store::Status::kTimedOut;
  records[0].reason = "60 s";
  const MeasuredTrial trial = gather(spec, records)[0];
  for (const MeasuredArm& arm : trial.arms) {
    ASSERT_EQ(arm.misses.size(), 1U);
    EXPECT_EQ(arm.misses[0].status, store::Status::kTimedOut);
    EXPECT_EQ(arm.processes.size(), 2U);
  }
}

TEST(Gather, ADuplicateSaysOfWhich) {
  spec::Spec spec = planted_spec(1, 2);
  spec.axes[0].rows.push_back({std::int64_t{1}});
  std::vector<store::Record> records = three_processes(planted_spec(1, 2));
  const std::vector<MeasuredTrial> trials = gather(spec, records);
  const auto repeated = std::ranges::find(trials, true, &MeasuredTrial::is_duplicate);
  ASSERT_NE(repeated, trials.end());
  const auto missing = missing_because(repeated->arms[0]);
  ASSERT_TRUE(missing);
  EXPECT_EQ(*missing, Value::missing(State::kSkipped, "the same trial as k=1"));
}

TEST(MissingBecause, ProcessesRedeemALossAndNotAWrongAnswer) {
  MeasuredArm arm;
  EXPECT_EQ(missing_because(arm), Value::missing(State::kNotMeasured, "no record"));
  arm.misses = {{1, store::Status::kOutOfMemory, "4 GiB"}};
  EXPECT_EQ(missing_because(arm), Value::missing(State::kOutOfMemory, "4 GiB"));
  arm.processes.resize(2);
  EXPECT_EQ(missing_because(arm), std::nullopt);
  arm.misses.push_back({2, store::Status::kWrong, "off by 1e-2"});
  const auto wrong = missing_because(arm);
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->state(), State::kWrong);
  EXPECT_EQ(wrong->reason(), "in process 3 of 4: off by 1e-2");
}

}  // namespace
}  // namespace assay::analysis
