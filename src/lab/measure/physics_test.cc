// SPDX-License-Identifier: MIT
#include "lab/measure/physics.h"

#include <gtest/gtest.h>

namespace assay::measure {
namespace {

using Sentences = std::vector<std::string>;

Series series_of(Nanoseconds sample, bool reached_plateau = true) {
  Series series;
  series.arms.push_back({.batch = 1, .samples = {sample, sample, sample}, .doubts = {0, 0, 0}});
  series.warmup_samples = 20;
  series.reached_plateau = reached_plateau;
  return series;
}

Series without_warm_up(Series series) {
  series.warmup_samples = 0;
  return series;
}

TEST(DoubtsAbout, SaysWhatTheInstrumentCouldNotDo) {
  constexpr ClockCalibration kClock{.resolution = 10ns, .cost = 30ns};
  struct Case {
    const char* name;
    Series series;
    Sentences want;
  };
  for (const Case& c : {
           Case{"fine", series_of(60us), {}},
           Case{"half the legal length", series_of(30us), {}},
           Case{"short",
                series_of(12us),
                {"samples too short for the clock: arm 1 took 12 us, 60 us needed"}},
           Case{"hopeless",
                series_of(900ns),
                {"samples that the clock cannot resolve: arm 1 took 900 ns, 100 steps of 10 ns "
                 "needed"}},
           Case{"no plateau",
                series_of(1ms, false),
                {"no plateau in the warm-up: 20 samples of each arm"}},
           Case{"no warm-up asked for", without_warm_up(series_of(1ms, false)), {}},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(doubts_about(c.series, kClock), c.want);
  }
}

TEST(ImpossibleRates, AreCalledSo) {
  // A call takes 1 ms: 10 samples of 10 calls.
  const ArmSeries arm{.batch = 10, .samples = {10ms, 10ms, 11ms}, .doubts = {}};
  constexpr MachineLimits kLimits{.flops_per_second_max = 5e10, .dram_bytes_per_second_max = 1e10};
  struct Case {
    const char* name;
    CallWork work;
    MachineLimits limits;
    CacheState cache;
    Sentences want;
  };
  for (const Case& c : {
           Case{"possible", {4e7, 9e6}, kLimits, CacheState::kFlushed, {}},
           Case{"nothing counted", {}, kLimits, CacheState::kFlushed, {}},
           Case{"no limits known", {6e9, 2e9}, {}, CacheState::kFlushed, {}},
           Case{
               "too many operations",
               {6e7, 0},
               kLimits,
               CacheState::kHot,
               {"rate above the peak of this machine, not all of the work was done: 6e+10 of 5e+10 "
                "FLOP/s"}},
           Case{"too many bytes",
                {0, 2e7},
                kLimits,
                CacheState::kRotated,
                {"rate above the peak of this machine, the caches were not cold: 2e+10 of 1e+10 "
                 "B/s"}},
           Case{"many bytes from the caches", {0, 2e7}, kLimits, CacheState::kHot, {}},
       }) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(impossible_rates(arm, c.work, c.limits, c.cache), c.want);
  }
  EXPECT_EQ(impossible_rates({}, {1e9, 1e9}, kLimits, CacheState::kHot), Sentences{});
}

}  // namespace
}  // namespace assay::measure
