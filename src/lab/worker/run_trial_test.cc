// SPDX-License-Identifier: MIT
#include "lab/worker/run_trial.h"

#include <gmock/gmock.h>

#include "lab/measure/invented_machine.h"
#include "lab/worker/invented_work.h"
#include "oracle/machine/binding.h"

namespace assay::worker {
namespace {

using store::Record;
using store::Status;
using ::testing::HasSubstr;

/// A trial whose arms do these things, each named after what it does.
Assignment trial_of(const std::vector<std::string>& deeds) {
  Assignment assignment;
  assignment.trial.id = "n=1";
  assignment.trial.workload = "invented";
  assignment.trial.factors = {{"n", std::int64_t{1}}};
  for (const std::string& deed : deeds) {
    assignment.trial.arms.push_back({deed, {{"n", std::int64_t{1}}, {"does", deed}}});
  }
  assignment.policy = {.warmup_samples_min = 1,
                       .warmup_max = 1ms,
                       .samples_min = 4,
                       .samples_max = 6,
                       .budget = 5ms,
                       .sample_length = Nanoseconds(20'000)};
  assignment.policy_hash = "quick";
  assignment.replicate = 2;
  assignment.position = 3;
  assignment.process_seed = 9;
  return assignment;
}

Record measure(const Assignment& assignment,
               std::function<measure::MachineLimits(int)> limits = nullptr) {
  const SteadyClock clock;
  measure::InventedDoubts doubts;
  measure::CacheFlusher flusher(Bytes(4'096));
  const measure::Instruments instruments{clock, {}, doubts, flusher};
  const workload::WorkloadRegistry workloads = invented_workloads();
  return run_trial(assignment, {workloads, instruments, "invented", std::move(limits)});
}

measure::MachineLimits at_most(double flops) {
  return {.flops_per_second_max = flops};
}

TEST(RunTrial, ARateAboveThePeakPutsTheTrialInDoubt) {
  std::vector<int> asked;
  const Record record = measure(trial_of({"a", "b"}), [&](int threads) {
    asked.push_back(threads);
    return at_most(1);  // No machine is as slow as one operation a second.
  });
  EXPECT_THAT(asked, ::testing::ElementsAre(1, 1)) << "read again before anything is said";
  EXPECT_THAT(record.doubts, ::testing::Contains(HasSubstr("rate above the peak")));
  EXPECT_THAT(record.doubts, ::testing::Contains(HasSubstr("(arm b)")));
  EXPECT_EQ(record.status, Status::kOk) << "in doubt, and kept";
}

TEST(RunTrial, APeakReadWhileTheMachineWasBusyAccusesNobody) {
  int readings = 0;
  const Record record =
      measure(trial_of({"a"}), [&](int) { return at_most(++readings == 1 ? 1 : 1e15); });
  EXPECT_EQ(readings, 2);
  EXPECT_THAT(record.doubts, ::testing::Not(::testing::Contains(HasSubstr("above the peak"))));
  readings = 1;
  measure(trial_of({"a"}), [&](int) { return at_most(++readings == 1 ? 1 : 1e15); });
  EXPECT_EQ(readings, 2) << "once where nothing is above it";
}

TEST(RunTrial, SkippedAndUnsupportedStayApart) {
  const Record record = measure(trial_of({"skipped", "unsupported", "a"}));
  EXPECT_EQ(record.arms[0].status, Status::kSkipped);
  EXPECT_EQ(record.arms[0].reason, "no second node");
  EXPECT_EQ(record.arms[1].status, Status::kUnsupported);
  EXPECT_EQ(record.arms[2].status, Status::kOk);
  EXPECT_EQ(record.status, Status::kOk) << "a gap, and no fault of the trial";
  const Record nothing = measure(trial_of({"skipped"}));
  EXPECT_EQ(nothing.status, Status::kSkipped);
  EXPECT_EQ(nothing.reason, "no second node");
}

TEST(RunTrial, KeepsWhatTheWorkloadMeasuredOfTheSampledCalls) {
  const Record record = measure(trial_of({"count", "a"}));
  const store::ArmRecord& arm = record.arms[0];
  ASSERT_EQ(arm.metrics.size(), 2U);
  const auto calls = std::ssize(arm.series.samples) * arm.series.batch;
  EXPECT_EQ(arm.metrics[0].second, Value::measured(static_cast<double>(calls)));
  EXPECT_EQ(arm.metrics[1].second.reason(), "it has none");
  EXPECT_TRUE(record.arms[1].metrics.empty());
}

TEST(RunTrial, RecordsWhereItRan) {
  const Record record = measure(trial_of({"a"}));
  const auto bound = record.arms[0].observed.text("thread_bound_to");
  ASSERT_TRUE(bound);
  EXPECT_EQ(*bound, to_text(*machine::observe_binding()));
}

TEST(RunTrial, RecordsWhatItMeasured) {
  const Assignment assignment = trial_of({"a", "b"});
  const Record record = measure(assignment);
  EXPECT_EQ(record.status, Status::kOk) << record.reason;
  EXPECT_EQ(record.trial_key, sweep::key_of(assignment.trial));
  EXPECT_EQ(record.replicate, 2);
  EXPECT_EQ(record.position, 3);
  EXPECT_EQ(record.build, "invented");
  EXPECT_EQ(record.policy, "quick");
  EXPECT_EQ(record.pid, getpid());
  EXPECT_GT(record.duration, 0ns);
  EXPECT_FALSE(record.stopped_by.empty());
  ASSERT_EQ(record.arms.size(), 2U);
  for (const store::ArmRecord& arm : record.arms) {
    EXPECT_EQ(arm.status, Status::kOk);
    EXPECT_EQ(arm.series.samples.size(), record.order.size());
    EXPECT_GE(arm.series.samples.size(), 4U);
    EXPECT_EQ(arm.verification.method, "every bit");
    EXPECT_EQ(arm.work, 1);
    EXPECT_NE(arm.observed.find("threads"), nullptr) << "observed says more than was asked";
    EXPECT_NE(arm.mechanism.find("kernel"), nullptr);
  }
}

TEST(RunTrial, WhatHappensToAnArmIsItsStatusAndTheOthersAreMeasured) {
  struct Case {
    std::string does;
    Status status;
    std::string reason;
    Status of_the_trial;
  };
  for (const Case& c : {
           Case{"unsupported", Status::kUnsupported, "no such device", Status::kOk},
           Case{"refuse", Status::kFailed, "does: refused", Status::kFailed},
           Case{"wrong", Status::kWrong, "differs from the reference by 1, 0.5 allowed (every bit)",
                Status::kWrong},
           Case{"throw", Status::kFailed, "threw: invented trouble", Status::kFailed},
           Case{"throw_int", Status::kFailed, "no std::exception", Status::kFailed},
           Case{"throw_later", Status::kFailed, "threw: invented trouble", Status::kFailed},
           Case{"exhaust", Status::kOutOfMemory, "memory ran out", Status::kOutOfMemory},
           Case{"fail", Status::kFailed, "the invented device is gone", Status::kFailed},
           Case{"drop_factor", Status::kNotApplied, "n was asked to be 1 and was not observed",
                Status::kNotApplied},
           Case{"change_factor", Status::kNotApplied,
                "does was asked to be change_factor and was observed to be nothing",
                Status::kNotApplied},
           Case{"change_later", Status::kNotApplied, "was observed to be nothing",
                Status::kNotApplied},
       }) {
    SCOPED_TRACE(c.does);
    const Record record = measure(trial_of({"a", c.does, "b"}));
    ASSERT_EQ(record.arms.size(), 3U);
    EXPECT_EQ(record.arms[1].status, c.status);
    EXPECT_THAT(record.arms[1].reason, HasSubstr(c.reason));
    EXPECT_TRUE(record.arms[1].series.samples.empty()) << "never timed, or not kept";
    EXPECT_EQ(record.status, c.of_the_trial);
    for (const std::size_t other : {0U, 2U}) {
      EXPECT_EQ(record.arms[other].status, Status::kOk);
      EXPECT_FALSE(record.arms[other].series.samples.empty());
    }
  }
}

TEST(RunTrial, OrderSpeaksOfAllArmsOfTheTrial) {
  const Record record = measure(trial_of({"unsupported", "a"}));
  ASSERT_FALSE(record.order.empty());
  for (const std::vector<std::uint8_t>& round : record.order) {
    EXPECT_THAT(round, ::testing::Each(1));
  }
}

TEST(RunTrial, WithoutAnArmThatCanRunThereIsNoSeries) {
  const Record record = measure(trial_of({"unsupported", "wrong"}));
  EXPECT_EQ(record.status, Status::kWrong);
  EXPECT_TRUE(record.order.empty());
  EXPECT_EQ(record.stopped_by, "");
  EXPECT_EQ(measure(trial_of({"unsupported"})).status, Status::kUnsupported);
}

TEST(RunTrial, AnUnknownWorkloadFailsWithTheNamesThatAreKnown) {
  Assignment assignment = trial_of({"a"});
  assignment.trial.workload = "invente";
  const Record record = measure(assignment);
  EXPECT_EQ(record.status, Status::kFailed);
  EXPECT_THAT(record.reason, HasSubstr("did you mean invented?"));
}

TEST(RunTrial, ALostTrialKeepsWhatWasAsked) {
  const Assignment assignment = trial_of({"a", "b"});
  const Record record = lost_trial(assignment, "invented", Status::kTimedOut, "too long");
  EXPECT_EQ(record.status, Status::kTimedOut);
  EXPECT_EQ(record.reason, "too long");
  ASSERT_EQ(record.arms.size(), 2U);
  EXPECT_EQ(record.arms[1].asked, assignment.trial.arms[1].factors);
  EXPECT_EQ(record.arms[1].reason, "too long");
}

}  // namespace
}  // namespace assay::worker
