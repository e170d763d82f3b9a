// SPDX-License-Identifier: MIT
#include "oracle/probe/power.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/codec/temporary_folder.h"

namespace assay::probe {
namespace {

namespace fs = std::filesystem;

void write_counter(const fs::path& root, std::string_view domain, std::string_view text) {
  const fs::path folder = root / "sys/class/powercap" / domain;
  fs::create_directories(folder);
  std::ofstream(folder / "energy_uj") << text << '\n';
}

TEST(PackageJoules, SumsPackagesAndNotTheirParts) {
  const codec::TemporaryFolder root("rapl");
  EXPECT_EQ(package_joules(root.path()).reason(), "no RAPL package in /sys/class/powercap");
  write_counter(root.path(), "intel-rapl:0", "2500000");
  write_counter(root.path(), "intel-rapl:0:0", "9000000");
  write_counter(root.path(), "intel-rapl:1", "500000");
  EXPECT_EQ(package_joules(root.path()).value(), 3.0);
  write_counter(root.path(), "intel-rapl:1", "many");
  EXPECT_FALSE(package_joules(root.path()).is_present());
}

/// A counter that stands still is no power of zero.
TEST(ProbePower, WhatIsNotCountedIsAbsent) {
  const codec::TemporaryFolder root("rapl");
  FakeClock clock;
  const Timed adds{.threads = 1,
                   .amount = 1e6,
                   .work = [&](std::int64_t) { clock.advance(50ms); },
                   .passes = 1,
                   .seconds = {}};
  oracle::HardwareProfile profile;
  probe_power(adds, {}, clock, root.path(), profile);
  ASSERT_EQ(profile.absent.size(), 1U);
  EXPECT_EQ(profile.absent[0].what, "power and energy of the CPU");
  write_counter(root.path(), "intel-rapl:0", "2500000");
  probe_power(adds, {}, clock, root.path(), profile);
  ASSERT_EQ(profile.absent.size(), 2U);
  EXPECT_EQ(profile.absent[1].reason, "RAPL did not count while work was done");
  EXPECT_TRUE(profile.numbers.empty());
  EXPECT_TRUE(profile.energy.empty());
}

}  // namespace
}  // namespace assay::probe
