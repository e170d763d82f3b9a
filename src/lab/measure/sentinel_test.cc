// SPDX-License-Identifier: MIT
#include "lab/measure/sentinel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace assay::measure {
namespace {

TEST(Sentinels, AreReadOnThisMachine) {
  const SentinelReading reading = read_sentinels(SteadyClock());
  EXPECT_GT(reading.spin, 0ns);
  EXPECT_GT(reading.fma, 0ns);
#if defined(__x86_64__)
  EXPECT_GT(reading.triad, 0ns);
#endif
}

TEST(Sentinels, ReadTimeThroughTheClockGiven) {
  const SentinelReading reading = read_sentinels(FakeClock());
  EXPECT_EQ(reading.spin, 0ns);
  EXPECT_EQ(reading.fma, 0ns);
  EXPECT_EQ(reading.triad, 0ns);
}

/// Every kernel takes as long as the reading it is part of says.
class ScriptedClock : public Clock {
 public:
  explicit ScriptedClock(std::vector<Nanoseconds> readings) : readings_(std::move(readings)) {}
  Nanoseconds now() const override {
    constexpr std::size_t kCallsOfAReading = 30;  // Three kernels, five times, begin and end.
    const std::size_t reading = std::min(calls_ / kCallsOfAReading, readings_.size() - 1);
    if (calls_++ % 2 == 1) now_ += readings_[reading];
    return now_;
  }
  std::size_t readings() const { return calls_ / 30; }

 private:
  std::vector<Nanoseconds> readings_;
  mutable std::size_t calls_ = 0;
  mutable Nanoseconds now_{0};
};

TEST(Sentinels, AThreadThatSpinsForAWhileIsNoChange) {
  const ScriptedClock clock({100us, 180us, 185us, 101us, 100us});
  Sentinels sentinels(clock);
  EXPECT_EQ(sentinels.read().fma, 100us);
  EXPECT_EQ(sentinels.read().fma, 101us);
  EXPECT_EQ(clock.readings(), 4U);
}

TEST(Sentinels, AMachineThatBecameSlowerStaysSo) {
  const ScriptedClock clock({100us, 180us});
  Sentinels sentinels(clock);
  const SentinelReading before = sentinels.read();
  const SentinelReading after = sentinels.read();
  EXPECT_EQ(after.fma, 180us);
  EXPECT_TRUE(sentinel_doubt(before, after, 0.25).has_value());
  EXPECT_EQ(clock.readings(), 7U) << "it was given its time";
}

TEST(SentinelDoubt, NamesWhatMoved) {
  constexpr SentinelReading kBefore{.spin = 100us, .fma = 100us, .triad = 200us};
  struct Case {
    const char* name;
    SentinelReading after;
    std::optional<std::string> want;
  };
  for (const Case& c : {
           Case{"nothing", kBefore, std::nullopt},
           Case{"within tolerance", {104us, 97us, 209us}, std::nullopt},
           Case{"slower memory",
                {100us, 100us, 300us},
                "the machine changed meanwhile: memory took 1.50 times as long"},
           Case{"faster core",
                {80us, 80us, 200us},
                "the machine changed meanwhile: core clock took 0.80 times as long, floating point "
                "took 0.80 times as long"},
           Case{"not read", {0ns, 100us, 200us}, std::nullopt},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(sentinel_doubt(kBefore, c.after, 0.05), c.want);
  }
}

TEST(SentinelCompare, IsAfterOverBefore) {
  const SentinelRatio moved = compare({100us, 200us, 0ns}, {150us, 100us, 10us});
  EXPECT_DOUBLE_EQ(moved.spin, 1.5);
  EXPECT_DOUBLE_EQ(moved.fma, 0.5);
  EXPECT_DOUBLE_EQ(moved.triad, 1);
}

}  // namespace
}  // namespace assay::measure
