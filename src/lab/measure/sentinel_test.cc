// SPDX-License-Identifier: MIT
#include "lab/measure/sentinel.h"

#include <gtest/gtest.h>

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
