// SPDX-License-Identifier: MIT
#include "oracle/machine/pressure.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Pressure calm() {
  return {.cpu_waiting = Nanoseconds(5s),
          .memory_waiting = Nanoseconds(0),
          .io_waiting = Nanoseconds(0),
          .stolen = Nanoseconds(40ms),
          .context_switches = 100};
}

TEST(Pressure, SaysWhatTookAShareThatMatters) {
  EXPECT_THAT(doubts_between(calm(), calm(), 1s), IsEmpty());
  Pressure after = calm();
  after.cpu_waiting = Nanoseconds(5s + 120ms);
  after.stolen = Nanoseconds(40ms + 30ms);
  after.memory_waiting = Nanoseconds(19ms);
  EXPECT_THAT(doubts_between(calm(), after, 1s),
              ElementsAre("tasks waited for a CPU: 12 % of the time",
                          "the hypervisor took CPUs away: 3 % of the time"));
  EXPECT_THAT(doubts_between(calm(), after, 0s), IsEmpty());
}

TEST(Pressure, WhatWasNotReadIsNotZero) {
  Pressure after = calm();
  after.cpu_waiting = absent("no PSI in this kernel");
  after.context_switches = 130;
  const Pressure change = difference(calm(), after);
  EXPECT_EQ(change.cpu_waiting.reason(), "no PSI in this kernel");
  EXPECT_EQ(change.context_switches.value(), 30);
  EXPECT_THAT(doubts_between(calm(), after, 1s), IsEmpty());
}

TEST(Pressure, OfThisMachineNeverFalls) {
  const Pressure before = read_pressure();
  const Pressure after = read_pressure();
  const Pressure change = difference(before, after);
  if (!change.context_switches.is_present()) GTEST_SKIP() << change.context_switches.reason();
  EXPECT_GE(change.context_switches.value(), 0);
}

}  // namespace
}  // namespace assay::machine
