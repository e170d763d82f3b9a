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

}  // namespace
}  // namespace assay::runner
