// SPDX-License-Identifier: MIT
#include "lab/measure/rig.h"

#include <gtest/gtest.h>

#include <array>

#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

TEST(TimedRun, IsTheTimeOfTheRunAlone) {
  InventedMachine machine;
  InventedWork work(machine, 70ns);
  const Result<Nanoseconds> time = timed_run(machine.shown, work, 10);
  ASSERT_TRUE(time);
  EXPECT_EQ(*time, 700ns);
}

TEST(TakeSample, PreparesTimesAndMarks) {
  struct Case {
    CacheState cache;
    std::int64_t flushes;
  };
  for (const Case& c :
       {Case{CacheState::kHot, 0}, Case{CacheState::kFlushed, 1}, Case{CacheState::kRotated, 0}}) {
    SCOPED_TRACE(to_text(c.cache));
    InventedMachine machine;
    InventedWork work(machine, [&](std::int64_t times) {
      ++machine.doubts.now.involuntary_switches;
      return 5us * times;
    });
    const std::array<SystemUnderTest*, 1> arms{&work};
    const Rig rig{.arms = arms, .cache = c.cache, .instruments = machine.instruments};
    const Result<Sample> sample = take_sample(rig, 0, 3);
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->time, 15us);
    EXPECT_EQ(sample->doubts, kPreempted);
    EXPECT_EQ(work.preparations, 1);
    EXPECT_EQ(machine.flusher.flushes(), c.flushes);
  }
}

TEST(TakeSample, AFailureNamesTheArm) {
  InventedMachine machine;
  InventedWork good(machine, 1us);
  InventedWork bad(machine, 1us);
  bad.fails_after = 0;
  const std::array<SystemUnderTest*, 2> arms{&good, &bad};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  const Result<Sample> sample = take_sample(rig, 1, 1);
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().message(), "the invented device fell off the bus");
  EXPECT_EQ(sample.error().where().at(0), "in arm 2 of 2");
}

TEST(AppendRound, KeepsArmsApartAndTheOrder) {
  InventedMachine machine;
  InventedWork slow(machine, 8us);
  InventedWork fast(machine, 2us);
  const std::array<SystemUnderTest*, 2> arms{&slow, &fast};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  Series series = empty_series(std::array<std::int64_t, 2>{1, 10});
  ASSERT_TRUE(append_round(rig, {1, 0}, series));
  ASSERT_TRUE(append_round(rig, {0, 1}, series));
  EXPECT_EQ(series.order, (std::vector<RoundOrder>{{1, 0}, {0, 1}}));
  EXPECT_EQ(series.arms[0].samples, (std::vector<Nanoseconds>{8us, 8us}));
  EXPECT_EQ(series.arms[1].samples, (std::vector<Nanoseconds>{20us, 20us}));
  EXPECT_EQ(last_call_times(series), (std::vector<double>{8'000, 2'000}));
}

}  // namespace
}  // namespace assay::measure
