// SPDX-License-Identifier: MIT
#include "lab/measure/pilot.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.h"
#include "lab/measure/invented_machine.h"

namespace assay::measure {
namespace {

std::vector<Nanoseconds> lengths_for(Nanoseconds clock_step, Nanoseconds call, Nanoseconds budget) {
  InventedMachine machine(clock_step);
  InventedWork first(machine, call);
  InventedWork second(machine, call);
  const std::array<SystemUnderTest*, 2> arms{&first, &second};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  const Result<Batching> batching = time_single_calls(rig);
  return lengths_to_try(rig, *batching, budget);
}

TEST(LengthsToTry, AreLegalHoldACallAndHaveRoom) {
  using Lengths = std::vector<Nanoseconds>;
  struct Case {
    const char* name;
    Nanoseconds clock_step;
    Nanoseconds call;
    Nanoseconds budget;
    Lengths want;
  };
  for (const Case& c : {
           Case{"all", 10ns, 1us, 10s, {100us, 300us, 1ms, 5ms, 20ms}},
           Case{"the usual budget", 10ns, 1us, 500ms, {100us, 300us, 1ms}},
           Case{"hardly any budget", 10ns, 1us, 5ms, {100us}},
           Case{"a coarse clock", 2us, 1us, 10s, {2ms, 5ms, 20ms}},
           Case{"a call of 2 ms", 10ns, 2ms, 10s, {100us, 5ms, 20ms}},
           Case{"a call of 100 ms", 10ns, 100ms, 10s, {100us}},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(lengths_for(c.clock_step, c.call, c.budget), c.want);
  }
}

/// Work whose thread is put aside now and then: on average once in `every`, for up to 4 ms.
InventedWork::Cost preempted(Random& random, Nanoseconds call, Nanoseconds every) {
  return [&random, call, every](std::int64_t times) {
    Nanoseconds total = call * times;
    double left = static_cast<double>(total.count());
    for (;;) {
      left -= -std::log(1 - random.uniform()) * static_cast<double>(every.count());
      if (left <= 0) return total;
      total += Nanoseconds(static_cast<std::int64_t>(random.uniform() * 4e6));
    }
  };
}

/// Every run has its own small error, whatever its length.
InventedWork::Cost jittery(Random& random, Nanoseconds call, Nanoseconds jitter) {
  return [&random, call, jitter](std::int64_t times) {
    const double error = std::abs(random.normal()) * static_cast<double>(jitter.count());
    return call * times + Nanoseconds(static_cast<std::int64_t>(error));
  };
}

Nanoseconds chosen_length(InventedMachine& machine, const InventedWork::Cost& cost,
                          std::uint64_t seed) {
  InventedWork first(machine, cost);
  InventedWork second(machine, cost);
  const std::array<SystemUnderTest*, 2> arms{&first, &second};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  const Result<Batching> batching = time_single_calls(rig);
  return *pilot_sample_length(rig, 10s, seed, *batching);
}

TEST(Pilot, TakesShortSamplesOnABusyMachine) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    InventedMachine machine;
    Random random(seed);
    EXPECT_LE(chosen_length(machine, preempted(random, 1us, 2ms), seed), 300us);
  }
}

TEST(Pilot, TakesLongSamplesOnAQuietMachineWithACoarseClock) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    InventedMachine machine(1us);
    Random random(seed);
    EXPECT_GE(chosen_length(machine, jittery(random, 1'013ns, 1us), seed), 5ms);
  }
}

TEST(Pilot, SamplesNothingWhereThereIsNoChoice) {
  InventedMachine machine;
  InventedWork work(machine, 100ms);
  const std::array<SystemUnderTest*, 1> arms{&work};
  const Rig rig{.arms = arms, .cache = CacheState::kHot, .instruments = machine.instruments};
  const Result<Batching> batching = time_single_calls(rig);
  const std::int64_t runs = work.runs;
  EXPECT_EQ(*pilot_sample_length(rig, 1s, 1, *batching), 100us);
  EXPECT_EQ(work.runs, runs);
}

}  // namespace
}  // namespace assay::measure
