// SPDX-License-Identifier: MIT
#include "lab/measure/invented_machine.h"

#include <gtest/gtest.h>

namespace assay::measure {
namespace {

TEST(InventedMachine, TimePassesAsTheWorkSays) {
  InventedMachine machine;
  InventedWork work(machine, 250ns);
  ASSERT_TRUE(work.run(4));
  EXPECT_EQ(machine.shown.now(), 1us);
}

TEST(InventedMachine, ACoarseClockShowsWholeSteps) {
  InventedMachine machine(300ns);
  InventedWork work(machine, 250ns);
  ASSERT_TRUE(work.run(1));
  EXPECT_EQ(machine.shown.now(), 0ns);
  ASSERT_TRUE(work.run(2));
  EXPECT_EQ(machine.shown.now(), 600ns);
}

TEST(InventedMachine, WorkFailsWhenTold) {
  InventedMachine machine;
  InventedWork work(machine, 1ns);
  work.fails_after = 2;
  EXPECT_TRUE(work.run(1));
  EXPECT_TRUE(work.run(1));
  EXPECT_FALSE(work.run(1));
}

}  // namespace
}  // namespace assay::measure
