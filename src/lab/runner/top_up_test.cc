// SPDX-License-Identifier: MIT
#include "lab/runner/top_up.h"

#include <gmock/gmock.h>

namespace assay::runner {
namespace {

sweep::Trial trial_named(const std::string& id) {
  sweep::Trial trial;
  trial.id = id;
  trial.workload = "null_work";
  trial.arms = {{"only", {{"name", id}}}};
  return trial;
}

class TopUps : public ::testing::Test {
 protected:
  TopUps() {
    for (const sweep::Trial& trial : trials_) {
      for (int replicate = 0; replicate < 4; ++replicate) {
        store::Record record;
        record.trial_key = sweep::key_of(trial);
        record.replicate = replicate;
        records_.push_back(record);
      }
    }
    findings_.claims.emplace_back().trial_ids = {"a", "b"};
    policy_.processes = 4;
    policy_.processes_max = 32;
  }

  std::vector<store::TopUp> due() const {
    return top_ups_due(findings_, trials_, records_, policy_);
  }

  std::vector<sweep::Trial> trials_{trial_named("a"), trial_named("b"), trial_named("c")};
  std::vector<store::Record> records_;
  analysis::Findings findings_;
  spec::RunPolicy policy_;
};

TEST_F(TopUps, GoToTheTrialsOfUndecidedClaims) {
  findings_.claims[0].processes_needed = 9;
  const std::vector<store::TopUp> top_ups = due();
  ASSERT_EQ(top_ups.size(), 2U);
  EXPECT_EQ(top_ups[0].trial_key, sweep::key_of(trials_[0]));
  EXPECT_EQ(top_ups[0].processes, 8);
}

TEST_F(TopUps, NeverPassTheLimit) {
  findings_.claims[0].processes_needed = 1000;
  policy_.processes_max = 6;
  EXPECT_EQ(due().at(0).processes, 6);
  policy_.processes_max = 4;
  EXPECT_TRUE(due().empty());
}

TEST_F(TopUps, AreNotForWhatMoreDataCannotDecide) {
  EXPECT_TRUE(due().empty());
}

/// Trials of one arm, with the logs of their processes.
class Widths : public ::testing::Test {
 protected:
  void plant(const std::string& id, std::vector<double> logs, Seconds each = Seconds(1)) {
    trials_.push_back(trial_named(id));
    for (int replicate = 0; replicate < std::ssize(logs); ++replicate) {
      store::Record record;
      record.trial_key = sweep::key_of(trials_.back());
      record.replicate = replicate;
      record.duration = std::chrono::duration_cast<Nanoseconds>(each);
      records_.push_back(record);
    }
    analysis::CellFinding& cell = findings_.cells.emplace_back();
    cell.trial_id = id;
    cell.time = Value::measured(1);
    cell.process_logs = std::move(logs);
  }
  WidthTopUps due() const { return width_top_ups(findings_, trials_, records_, policy_); }
  int processes_of(const std::string& id) const {
    for (const store::TopUp& top_up : due().due) {
      if (top_up.trial_key == sweep::key_of(trial_named(id))) return top_up.processes;
    }
    return 0;
  }

  std::vector<sweep::Trial> trials_;
  std::vector<store::Record> records_;
  analysis::Findings findings_;
  spec::RunPolicy policy_{.processes = 3, .processes_max = 30, .width_target = 0.02};
};

TEST_F(Widths, AskForAsManyAsTheSpreadNeedsAndNoMoreThanTwice) {
  plant("narrow", {0, 0.001, 0.002});
  // t(3) x 0.009 / sqrt(4) = 1.4 %: a fourth process would do.
  plant("nearly", {-0.009, 0, 0.009});
  plant("wide", {-0.1, 0, 0.1});
  EXPECT_EQ(processes_of("narrow"), 0);
  EXPECT_EQ(processes_of("nearly"), 4);
  EXPECT_EQ(processes_of("wide"), 6) << "the spread of three is a guess";
}

TEST_F(Widths, StopAtTheLimitAndSaySo) {
  policy_.processes_max = 3;
  plant("wide", {-0.1, 0, 0.1});
  EXPECT_TRUE(due().due.empty());
  EXPECT_EQ(due().at_limit, 1);
}

TEST_F(Widths, TheBudgetGoesToTheCheapest) {
  plant("dear", {-0.1, 0, 0.1}, Seconds(100));
  plant("cheap", {-0.1, 0, 0.1}, Seconds(1));
  policy_.budget = 10s;
  EXPECT_EQ(processes_of("cheap"), 6);
  EXPECT_EQ(processes_of("dear"), 0);
  EXPECT_EQ(due().unaffordable, 1);
  // What records beyond the planned processes took is spent.
  store::Record spent;
  spent.replicate = 3;
  spent.duration = 8s;
  records_.push_back(spent);
  EXPECT_EQ(due().unaffordable, 2);
}

TEST_F(Widths, NoProcessMakesAVirtualClockNarrowerOrFillsWhatIsMissing) {
  plant("simulated", {-0.1, 0, 0.1});
  plant("missing", {-0.1, 0, 0.1});
  findings_.cells[0].time = Value::of(State::kSimulated, 1, "virtual clock");
  findings_.cells[1].time = Value::missing(State::kFailed, "it crashed");
  EXPECT_TRUE(due().due.empty());
}

TEST_F(Widths, OfSeveralArmsTheRatiosDecide) {
  plant("pair", {-0.1, 0, 0.1});
  analysis::CellFinding& other = findings_.cells.emplace_back(findings_.cells[0]);
  other.arm = "other";
  analysis::RatioFinding& ratio = findings_.ratios.emplace_back();
  ratio.trial_id = "pair";
  ratio.ratio = Value::measured(1);
  ratio.process_log_ratios = {0, 0.0001, 0.0002};
  EXPECT_TRUE(due().due.empty()) << "both arms drift together: their ratio is narrow";
  ratio.process_log_ratios = {-0.1, 0, 0.1};
  EXPECT_EQ(processes_of("pair"), 6);
}

TEST_F(Widths, NothingIsAskedForWithoutATarget) {
  policy_.width_target = 0;
  plant("wide", {-0.1, 0, 0.1});
  EXPECT_TRUE(due().due.empty());
}

TEST_F(TopUps, ASpentBudgetEndsTheQuestionsOfClaimsToo) {
  findings_.claims[0].processes_needed = 9;
  policy_.processes = 2;
  policy_.budget = 1s;
  records_.back().duration = 2s;
  EXPECT_TRUE(due().empty());
  policy_.budget = 3s;
  EXPECT_EQ(due().size(), 2U);
}

}  // namespace
}  // namespace assay::runner
