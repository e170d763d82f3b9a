// SPDX-License-Identifier: MIT
#include "lab/measure/warm_up.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.h"
#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

Series series_of(const std::vector<Nanoseconds>& samples) {
  Series series = empty_series(std::array<std::int64_t, 1>{1});
  series.arms[0].samples = samples;
  return series;
}

TEST(IsOnPlateau, ComparesTheLastTwoWindows) {
  struct Case {
    const char* name;
    std::vector<Nanoseconds> samples;
    bool want;
  };
  for (const Case& c : {
           Case{"too few", std::vector<Nanoseconds>(11, 1ms), false},
           Case{"level", std::vector<Nanoseconds>(12, 1ms), true},
           Case{"level after a slow start",
                {9ms, 9ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms},
                true},
           Case{"falling",
                {20ms, 19ms, 18ms, 17ms, 16ms, 15ms, 14ms, 13ms, 12ms, 11ms, 10ms, 9ms},
                false},
           Case{"falling past a preemption",
                {20ms, 19ms, 18ms, 17ms, 16ms, 15ms, 14ms, 13ms, 40ms, 11ms, 10ms, 9ms},
                false},
           Case{"rising", {1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 2ms, 2ms, 2ms, 2ms, 2ms, 2ms}, false},
           Case{"long and level", {900ms, 400ms, 410ms}, true},
           Case{"long and falling", {900ms, 800ms}, false},
           Case{"one long sample", {400ms}, false},
           Case{"three of a tenth of a second", std::vector<Nanoseconds>(6, 100ms), true},
           Case{"too few of a tenth of a second", std::vector<Nanoseconds>(5, 100ms), false},
           Case{"none", {}, false},
           Case{"noisy but level",
                {10ms, 14ms, 11ms, 18ms, 12ms, 10ms, 13ms, 10ms, 17ms, 11ms, 12ms, 11ms},
                true},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(is_on_plateau(series_of(c.samples)), c.want);
  }
}

WarmUp warmed_up(InventedMachine& machine, InventedWork::Cost cost, const Policy& policy) {
  InventedWork work(machine, std::move(cost));
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  const Result<WarmUp> done = warm_up(rig, policy, 1, std::array<std::int64_t, 1>{1});
  EXPECT_TRUE(done);
  EXPECT_EQ(done->samples, work.runs);
  return *done;
}

TEST(WarmUp, EndsSoonAfterTheTimesAreLevel) {
  InventedMachine machine;
  int calls = 0;
  const WarmUp done = warmed_up(
      machine,
      [&](std::int64_t) {  // 4 ms falling to 1 ms with a half-life of seven calls.
        return 1ms + Nanoseconds(static_cast<std::int64_t>(3e6 * std::exp2(-calls++ / 7.0)));
      },
      {.warmup_samples_min = 3, .warmup_max = 10s});
  EXPECT_TRUE(done.reached_plateau);
  EXPECT_GE(done.samples, 40) << "still 6 % above";
  EXPECT_LE(done.samples, 80);
}

TEST(WarmUp, SaysWhenThereWasNoPlateau) {
  InventedMachine machine;
  Nanoseconds next = 1ms;
  const WarmUp done = warmed_up(machine, [&](std::int64_t) { return next += 100us; },
                                {.warmup_samples_min = 3, .warmup_max = 100ms});
  EXPECT_FALSE(done.reached_plateau);
  EXPECT_GE(machine.time.now(), 100ms);
  EXPECT_LE(machine.time.now(), 110ms);
}

TEST(WarmUp, KeepsTheMinimumWhateverTheLimit) {
  InventedMachine machine;
  const WarmUp done = warmed_up(machine, [](std::int64_t) { return 1s; },
                                {.warmup_samples_min = 5, .warmup_max = 1ms});
  EXPECT_EQ(done.samples, 5);
  EXPECT_TRUE(done.reached_plateau);
}

TEST(WarmUp, CanBeSwitchedOff) {
  InventedMachine machine;
  const WarmUp done = warmed_up(machine, [](std::int64_t) { return 1s; },
                                {.warmup_samples_min = 0, .warmup_max = 0ns});
  EXPECT_EQ(done.samples, 0);
  EXPECT_FALSE(done.reached_plateau);
}

}  // namespace
}  // namespace assay::measure
