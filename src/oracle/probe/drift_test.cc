// SPDX-License-Identifier: MIT
#include "oracle/probe/drift.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "oracle/probe/timed.h"

namespace assay::probe {
namespace {

using oracle::HardwareProfile;

HardwareProfile with_clock(double value, double low, double high) {
  HardwareProfile profile;
  profile.numbers = {{"clock_hz",
                      {.value = value,
                       .unit = "Hz",
                       .interval = Interval{low, high},
                       .provenance = oracle::Provenance::kMeasured,
                       .source = "x",
                       .date = ""}}};
  return profile;
}

Drift drift_of(const HardwareProfile& before, const HardwareProfile& now) {
  const auto lines = compare_profiles(before, now);
  EXPECT_EQ(lines.size(), 1U);
  return lines.front().drift;
}

TEST(CompareProfiles, JudgesByIntervals) {
  const HardwareProfile before = with_clock(100, 95, 105);
  EXPECT_EQ(drift_of(before, before), Drift::kSame);
  EXPECT_EQ(drift_of(before, with_clock(120, 104, 140)), Drift::kSame);  // Wide, but overlapping.
  EXPECT_EQ(drift_of(before, with_clock(109, 108, 110)), Drift::kSame);  // Within the allowance.
  EXPECT_EQ(drift_of(before, with_clock(113, 112, 114)), Drift::kDrifted);
  EXPECT_EQ(drift_of(before, with_clock(80, 79, 81)), Drift::kDrifted);
  EXPECT_EQ(drift_of(before, HardwareProfile()), Drift::kMissing);
  EXPECT_EQ(compare_profiles(before, with_clock(80, 79, 81)).front().ratio, 0.8);
}

TEST(CompareProfiles, OnlyWhatWasMeasuredCanDrift) {
  HardwareProfile assumed = with_clock(100, 95, 105);
  assumed.numbers[0].quantity.provenance = oracle::Provenance::kAssumed;
  EXPECT_TRUE(compare_profiles(assumed, with_clock(1, 1, 1)).empty());
  EXPECT_EQ(drift_of(with_clock(100, 95, 105), assumed), Drift::kMissing);
}

/// Two probes of the same noisy machine are the same, nearly always; a slower one is not.
TEST(CompareProfiles, ARepeatIsSameAndASlowerMachineIsNot) {
  const auto probe_of = [](double truth, std::uint64_t seed) {
    Random random(seed);
    std::vector<double> values(9);
    for (double& value : values)
      value = truth * (1 + 0.04 * random.normal());
    HardwareProfile profile;
    profile.numbers = {{"clock_hz", measured(values, "Hz", {"x", ""})}};
    return profile;
  };
  int wrong = 0;
  int found = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    wrong += drift_of(probe_of(1e9, seed), probe_of(1e9, seed + 1'000)) == Drift::kDrifted ? 1 : 0;
    found += drift_of(probe_of(1e9, seed), probe_of(8e8, seed + 1'000)) == Drift::kDrifted ? 1 : 0;
  }
  EXPECT_LE(wrong, 1);
  EXPECT_GE(found, 450);
}

}  // namespace
}  // namespace assay::probe
