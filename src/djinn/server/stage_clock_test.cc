// SPDX-License-Identifier: MIT
#include "djinn/server/stage_clock.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

TEST(StageClock, StagesAddUpToTheWhole) {
  FakeClock clock;
  clock.advance(100ns);
  StageClock stages(clock, 40ns, 100ns);
  clock.advance(7ns);
  stages.lap(&StageTimers::queue);
  clock.advance(11ns);
  stages.lap(&StageTimers::execute);
  clock.advance(2ns);
  stages.lap(&StageTimers::output);
  clock.advance(5ns);
  stages.lap(&StageTimers::execute);  // Another step.
  Nanoseconds sum{0};
  for (const auto& [name, time] : djinn::stages(stages.timers()))
    sum += time;
  EXPECT_EQ(sum, clock.now() - 40ns);
  EXPECT_EQ(stages.timers().receive, 60ns);
  EXPECT_EQ(stages.timers().execute, 16ns);
}

}  // namespace
}  // namespace assay::djinn
