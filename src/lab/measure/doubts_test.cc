// SPDX-License-Identifier: MIT
#include "lab/measure/doubts.h"

#include <gtest/gtest.h>

#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

TEST(DoubtsBetween, ABitForWhatChanged) {
  const Disturbances calm{.involuntary_switches = 7, .major_faults = 3, .cpu = 1};
  struct Case {
    const char* name;
    Disturbances after;
    int want;
  };
  for (const Case& c : {
           Case{"nothing", {7, 3, 1}, kNone},
           Case{"switched", {9, 3, 1}, kPreempted},
           Case{"faulted", {7, 4, 1}, kFaulted},
           Case{"moved", {7, 3, 0}, kMigrated},
           Case{"all", {8, 4, 0}, kPreempted | kFaulted | kMigrated},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(doubts_between(calm, c.after), c.want);
  }
}

TEST(DoubtSource, CountsOnlySinceItWasOpened) {
  InventedDoubts doubts;
  doubts.now.involuntary_switches = 5;
  doubts.open();
  EXPECT_EQ(doubts.close(), kNone);
  doubts.now.involuntary_switches = 6;
  EXPECT_EQ(doubts.close(), kPreempted);
  doubts.open();
  EXPECT_EQ(doubts.close(), kNone);
}

TEST(SystemDoubts, AnswersForThreadAndProcess) {
  for (const DoubtScope scope : {DoubtScope::kThread, DoubtScope::kProcess}) {
    SystemDoubts doubts(scope);
    doubts.open();
    EXPECT_EQ(doubts.close() & ~(kPreempted | kFaulted | kMigrated), 0);
  }
}

}  // namespace
}  // namespace assay::measure
