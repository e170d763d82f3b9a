// SPDX-License-Identifier: MIT
#include "lab/measure/clock_calibration.h"

#include <gtest/gtest.h>

namespace assay::measure {
namespace {

/// Time passes by being asked for it; it is shown in steps.
class AskedClock final : public Clock {
 public:
  AskedClock(Nanoseconds cost, Nanoseconds step) : cost_(cost), step_(step) {}
  Nanoseconds now() const override {
    time_ += cost_;
    return time_ / step_ * step_;
  }

 private:
  Nanoseconds cost_;
  Nanoseconds step_;
  mutable Nanoseconds time_{0};
};

TEST(ClockCalibration, FindsResolutionAndCost) {
  struct Case {
    const char* name;
    Nanoseconds cost;
    Nanoseconds step;
    ClockCalibration want;
  };
  for (const Case& c : {
           Case{"fine", 30ns, 1ns, {.resolution = 30ns, .cost = 30ns}},
           Case{"in tens", 24ns, 10ns, {.resolution = 20ns, .cost = 20ns}},
           Case{"coarser than a read", 30ns, 1us, {.resolution = 1us, .cost = 0ns}},
           Case{"coarser than all first reads", 30ns, 4ms, {.resolution = 4ms, .cost = 0ns}},
       }) {
    SCOPED_TRACE(c.name);
    const Result<ClockCalibration> found = calibrate_clock(AskedClock(c.cost, c.step));
    ASSERT_TRUE(found) << found.error().to_string();
    EXPECT_EQ(found->resolution, c.want.resolution);
    EXPECT_EQ(found->cost, c.want.cost);
  }
}

TEST(ClockCalibration, RefusesAClockThatStands) {
  const Result<ClockCalibration> found = calibrate_clock(FakeClock());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(found.error().message(),
            "the clock did not move in 10000000 reads: nothing can be timed with it");
}

TEST(ClockCalibration, OfThisMachineIsUsable) {
  const Result<ClockCalibration> found = calibrate_clock(SteadyClock());
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_GT(found->resolution, 0ns);
  EXPECT_GE(found->cost, 0ns);
}

TEST(LegalSampleLength, IsAThousandTimesTheWorseError) {
  EXPECT_EQ(legal_sample_length({.resolution = 10ns, .cost = 30ns}), 60us);
  EXPECT_EQ(legal_sample_length({.resolution = 1us, .cost = 30ns}), 1ms);
}

}  // namespace
}  // namespace assay::measure
