// SPDX-License-Identifier: MIT
#include "lab/analysis/doubt.h"

#include <gmock/gmock.h>

namespace assay::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// `processes` processes of `samples` samples, the first `doubtful` of each in doubt.
MeasuredArm arm_of(std::string name, int processes, std::size_t samples, std::size_t doubtful) {
  MeasuredArm arm;
  arm.name = std::move(name);
  for (int i = 0; i < processes; ++i) {
    ProcessSamples& process = arm.processes.emplace_back();
    process.replicate = i;
    process.times.assign(samples, 100);
    process.doubts.assign(samples, 0);
    std::fill_n(process.doubts.begin(), doubtful, std::uint8_t{1});
    process.build = "b";
    process.log_median = i;
  }
  return arm;
}

TEST(Doubts, AreNumberedByProcess) {
  MeasuredArm arm = arm_of("a", 2, 4, 0);
  arm.processes[1].sentences = {"sentinel moved 4 %"};
  arm.misses = {{2, store::Status::kFailed, "signal 11"}};
  EXPECT_THAT(doubts_of(arm),
              ElementsAre("process 2: sentinel moved 4 %", "process 3: failed (signal 11)"));
  EXPECT_THAT(logs_of(arm), ElementsAre(0, 1));
}

TEST(Contamination, TakesHalfOfTheProcesses) {
  MeasuredArm arm = arm_of("a", 4, 4, 0);
  EXPECT_EQ(contamination_of(arm), std::nullopt);
  arm.processes[0].sentences = {"drift"};
  EXPECT_EQ(contamination_of(arm), std::nullopt);
  arm.processes[3].sentences = {"drift"};
  EXPECT_EQ(contamination_of(arm), "2 of 4 processes in doubt: drift");
}

TEST(Contamination, ByALostProcessOrAnotherBinary) {
  MeasuredArm lost = arm_of("a", 3, 4, 0);
  lost.misses = {{3, store::Status::kTimedOut, ""}};
  EXPECT_EQ(contamination_of(lost), "1 of 4 processes did not measure it: timed_out");
  MeasuredArm mixed = arm_of("a", 3, 4, 0);
  mixed.processes[1].build = "other";
  EXPECT_THAT(*contamination_of(mixed), HasSubstr("different binaries"));
}

TEST(UnevenDoubts, AreFoundByFisher) {
  MeasuredTrial trial;
  trial.arms = {arm_of("a", 5, 40, 8), arm_of("b", 5, 40, 9)};
  EXPECT_EQ(uneven_doubts(trial), std::nullopt);
  trial.arms[1] = arm_of("b", 5, 40, 20);
  const auto uneven = uneven_doubts(trial);
  ASSERT_TRUE(uneven);
  EXPECT_THAT(*uneven, HasSubstr("40 of 200 in a, 100 of 200 in b"));
  trial.arms.pop_back();
  EXPECT_EQ(uneven_doubts(trial), std::nullopt);
}

}  // namespace
}  // namespace assay::analysis
