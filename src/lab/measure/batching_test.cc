// SPDX-License-Identifier: MIT
#include "lab/measure/batching.h"

#include <gtest/gtest.h>

#include <array>

#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

Result<Batching> batch_up(InventedMachine& machine, std::span<SystemUnderTest* const> arms,
                          Nanoseconds length) {
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  ASSAY_TRY(Batching batching, time_single_calls(rig));
  ASSAY_TRY_VOID(grow_batches(rig, length, batching));
  return batching;
}

TEST(Batching, SharesTheLargestNeedUnlessSpeedsDifferTooMuch) {
  struct Case {
    const char* name;
    Nanoseconds calls[2];
    std::vector<std::int64_t> want;
    bool own;
  };
  for (const Case& c : {
           Case{"equal", {1us, 1us}, {128, 128}, false},
           Case{"long enough alone", {150us, 120us}, {1, 1}, false},
           Case{"just at 8x", {1us, 8us}, {128, 128}, false},
           Case{"beyond 8x", {1us, 9us}, {128, 16}, true},
           Case{"far apart", {10ns, 1s}, {16'384, 1}, true},
       }) {
    SCOPED_TRACE(c.name);
    InventedMachine machine;
    InventedWork first(machine, c.calls[0]);
    InventedWork second(machine, c.calls[1]);
    const std::array<SystemUnderTest*, 2> arms{&first, &second};
    const Result<Batching> batching = batch_up(machine, arms, 100us);
    ASSERT_TRUE(batching);
    EXPECT_EQ(batching->in_force(), c.want);
    EXPECT_EQ(batching->differ_too_much(), c.own);
  }
}

TEST(Batching, ASlowFirstCallDoesNotShortenTheSamples) {
  InventedMachine machine;
  bool first = true;
  InventedWork work(machine, [&](std::int64_t times) {
    return std::exchange(first, false) ? Nanoseconds(1s) : 1us * times;
  });
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Result<Batching> batching = batch_up(machine, arms, 100us);
  ASSERT_TRUE(batching);
  EXPECT_EQ(batching->in_force(), std::vector<std::int64_t>{128});
  EXPECT_DOUBLE_EQ(batching->slowest_call(), 1'000);
}

TEST(Batching, RefusesWorkThatDoesNotRepeatItself) {
  InventedMachine machine;
  InventedWork good(machine, 1us);
  InventedWork lazy(machine, [](std::int64_t) { return 50ns; });
  const std::array<SystemUnderTest*, 2> arms{&good, &lazy};
  const Result<Batching> batching = batch_up(machine, arms, 100us);
  ASSERT_FALSE(batching);
  EXPECT_EQ(batching.error().blame(), Blame::kBug);
  EXPECT_EQ(batching.error().message(),
            "arm 2 of 2 does not repeat its work when asked to: 1099511627776 calls took 50 ns");
}

}  // namespace
}  // namespace assay::measure
