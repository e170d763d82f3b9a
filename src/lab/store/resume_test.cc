// SPDX-License-Identifier: MIT
#include "lab/store/resume.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::store {
namespace {

using ::testing::ElementsAre;

sweep::Trial trial_of(std::int64_t k) {
  sweep::Trial trial;
  trial.id = "k=" + std::to_string(k);
  trial.workload = "gemm";
  trial.factors = {{"k", k}};
  trial.arms = {{.name = "openblas", .factors = trial.factors}};
  return trial;
}

Record record_of(const sweep::Trial& trial, int replicate, Status status = Status::kOk) {
  Record record;
  record.trial_key = sweep::key_of(trial);
  record.trial_id = trial.id;
  record.factors = trial.factors;
  record.replicate = replicate;
  record.build = "b1";
  record.policy = "p1";
  record.status = status;
  record.reason = "because";
  return record;
}

/// "trial/replicate need why"
std::vector<std::string> plan_of(const std::vector<sweep::Trial>& trials, int processes,
                                 const std::vector<Record>& records,
                                 const std::vector<TopUp>& top_ups = {}) {
  const ResumeRequest request{.trials = trials,
                              .processes = processes,
                              .records = records,
                              .build = "b1",
                              .policy = "p1",
                              .top_ups = top_ups};
  std::vector<std::string> lines;
  for (const Assignment& assignment : plan_resume(request)) {
    lines.push_back(format("{}/{} {}{}{}", assignment.trial, assignment.replicate,
                           to_text(assignment.need), assignment.why.empty() ? "" : " ",
                           assignment.why));
  }
  return lines;
}

TEST(PlanResume, AFreshRunIsAllAbsentReplicateByReplicate) {
  EXPECT_THAT(plan_of({trial_of(1), trial_of(2)}, 2, {}),
              ElementsAre("0/0 absent", "1/0 absent", "0/1 absent", "1/1 absent"));
  EXPECT_THAT(plan_of({}, 2, {}), ElementsAre());
}

TEST(PlanResume, WhatIsRecordedIsDone) {
  const std::vector<sweep::Trial> trials = {trial_of(1), trial_of(2)};
  EXPECT_THAT(plan_of(trials, 2, {record_of(trials[1], 0), record_of(trials[0], 1)}),
              ElementsAre("0/0 absent", "1/0 done", "0/1 done", "1/1 absent"));
}

TEST(PlanResume, EveryStatusIsSettledOrRetried) {
  const std::vector<sweep::Trial> trials = {trial_of(1)};
  const std::pair<Status, std::string> table[] = {
      {Status::kOk, "0/0 done"},
      {Status::kSkipped, "0/0 done"},
      {Status::kUnsupported, "0/0 done"},
      {Status::kNotApplied, "0/0 done"},
      {Status::kWrong, "0/0 retry it was wrong: because"},
      {Status::kTimedOut, "0/0 retry it was timed_out: because"},
      {Status::kOutOfMemory, "0/0 retry it was out_of_memory: because"},
      {Status::kFailed, "0/0 retry it was failed: because"},
  };
  static_assert(std::size(table) == kStatusCount);
  for (const auto& [status, line] : table) {
    EXPECT_THAT(plan_of(trials, 1, {record_of(trials[0], 0, status)}), ElementsAre(line));
  }
}

TEST(PlanResume, StaleSaysWhichPartOfTheKeyChanged) {
  const std::vector<sweep::Trial> trials = {trial_of(1)};
  Record other_binary = record_of(trials[0], 0);
  other_binary.build = "b0";
  EXPECT_THAT(plan_of(trials, 1, {other_binary}),
              ElementsAre("0/0 stale the binary changed: b0 -> b1"));
  Record other_policy = record_of(trials[0], 0);
  other_policy.policy = "p0";
  EXPECT_THAT(plan_of(trials, 1, {other_policy}),
              ElementsAre("0/0 stale the policy changed: p0 -> p1"));
}

TEST(PlanResume, StaleFactorsAreFoundByTheNameOfTheTrial) {
  sweep::Trial before = trial_of(1);
  before.factors = {{"k", std::int64_t{1}}, {"dtype", std::string("f32")}, {"old", true}};
  sweep::Trial now = trial_of(1);
  now.factors = {{"k", std::int64_t{1}}, {"dtype", std::string("f64")}, {"m", std::int64_t{4}}};
  now.arms[0].factors = now.factors;
  EXPECT_THAT(plan_of({now}, 1, {record_of(before, 0)}),
              ElementsAre("0/0 stale the factors changed: dtype: f32 -> f64, m: absent -> 4, "
                          "old: true -> absent"));
  sweep::Trial other_arms = trial_of(1);
  other_arms.arms.push_back({.name = "onednn", .factors = other_arms.factors});
  EXPECT_THAT(plan_of({other_arms}, 1, {record_of(trial_of(1), 0)}),
              ElementsAre("0/0 stale the arms or the workload changed"));
}

TEST(PlanResume, TheLatestRecordCountsButADoneOneIsKept) {
  const std::vector<sweep::Trial> trials = {trial_of(1)};
  const Record ok = record_of(trials[0], 0);
  const Record failed = record_of(trials[0], 0, Status::kFailed);
  Record old_binary = ok;
  old_binary.build = "b0";
  EXPECT_THAT(plan_of(trials, 1, {failed, ok}), ElementsAre("0/0 done"));
  EXPECT_THAT(plan_of(trials, 1, {ok, failed}), ElementsAre("0/0 done"));
  EXPECT_THAT(plan_of(trials, 1, {old_binary, failed}),
              ElementsAre("0/0 retry it was failed: because"));
  EXPECT_THAT(plan_of(trials, 1, {ok, old_binary}), ElementsAre("0/0 done"));
}

TEST(PlanResume, TopsUpWhatIsTooWide) {
  const std::vector<sweep::Trial> trials = {trial_of(1), trial_of(2)};
  const std::vector<Record> records = {record_of(trials[0], 0), record_of(trials[1], 0),
                                       record_of(trials[1], 1)};
  EXPECT_THAT(plan_of(trials, 1, records, {{sweep::key_of(trials[1]), 3}}),
              ElementsAre("0/0 done", "1/0 done", "1/1 done", "1/2 top_up"));
  EXPECT_THAT(plan_of(trials, 1, records, {{sweep::key_of(trials[1]), 0}}),
              ElementsAre("0/0 done", "1/0 done"))
      << "fewer than the run's own number takes nothing away";
  EXPECT_THAT(plan_of(trials, 1, records, {{12'345, 9}}), ElementsAre("0/0 done", "1/0 done"));
}

}  // namespace
}  // namespace assay::store
