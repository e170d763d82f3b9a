// SPDX-License-Identifier: MIT
#include "cli/profile_tables.h"

#include <gmock/gmock.h>

namespace assay::cli {
namespace {

using oracle::Provenance;
using oracle::Quantity;

Quantity quantity(double value, std::string_view unit, Provenance provenance) {
  return {.value = value,
          .unit = std::string(unit),
          .interval = Interval{value * 0.9, value * 1.1},
          .provenance = provenance,
          .source = "x"};
}

TEST(QuantityText, ShowsEveryUnitAsPeopleDo) {
  const struct {
    double value;
    std::string unit;
    std::string text;
  } cases[] = {{1.412e11, "FLOP/s", "141.2 GFLOP/s [127.1, 155.3]"},
               {2.039e12, "B/s", "2.039 TB/s [1.835, 2.243]"},
               {1.75, "ns", "1.75 ns [1.575, 1.925]"},
               {25'000, "ns", "25 us [22.5, 27.5]"},
               {49'152, "B", "48 KiB [43.2, 52.8]"},
               {2e10, "B", "18.63 GiB [16.76, 20.49]"},
               {0.35, "share", "35 % [31.5, 38.5]"},
               {2.5e9, "Hz", "2.5 GHz [2.25, 2.75]"},
               {4e-12, "J", "4 pJ [3.6, 4.4]"},
               {72, "W", "72 W [64.8, 79.2]"},
               {1'024, "1", "1024 [921.6, 1126]"}};
  for (const auto& [value, unit, text] : cases) {
    EXPECT_EQ(quantity_text(quantity(value, unit, Provenance::kMeasured)), text);
  }
  Quantity plain = quantity(72, "W", Provenance::kDatasheet);
  plain.interval.reset();
  EXPECT_EQ(quantity_text(plain), "72 W (datasheet)");
}

TEST(ProfileText, HasALineForEveryNumber) {
  oracle::HardwareProfile profile;
  profile.description = "A toy";
  profile.machine = {{"cpu.model", "toy"}};
  profile.numbers = {{"clock_hz", quantity(3e9, "Hz", Provenance::kMeasured)}};
  profile.peaks = {{.isa = "avx2",
                    .dtype = "f32",
                    .threads = 2,
                    .flops_per_second = quantity(2e11, "FLOP/s", Provenance::kMeasured)}};
  profile.memory = {
      {.name = "L1",
       .shared_by = 1,
       .capacity = quantity(49'152, "B", Provenance::kMeasured),
       .latency = quantity(1.5, "ns", Provenance::kMeasured),
       .rates = {{.threads = 1, .read = quantity(2e11, "B/s", Provenance::kMeasured)}}}};
  profile.absent = {{"power", "not permitted"}};
  profile.doubts = {"somebody else was there"};
  EXPECT_EQ(profile_text(profile), R"(A toy: 5 numbers measured, 0 of datasheets, 0 assumed
  cpu.model            toy

numbers
  clock_hz                       3 GHz [2.7, 3.3]

peaks of arithmetic
  avx2          f32   2 threads     200 GFLOP/s [180, 220]

memory
  L1         48 KiB [43.2, 52.8], latency 1.5 ns [1.35, 1.65]
      1 thread      read   200 GB/s [180, 220]

absent
  power                              not permitted

take with care
  somebody else was there
)");
}

TEST(DriftText, CountsAndListsWhatDrifted) {
  const Quantity before = quantity(100, "W", Provenance::kMeasured);
  const Quantity now = quantity(50, "W", Provenance::kMeasured);
  const std::vector<probe::DriftLine> lines{{"a", probe::Drift::kSame, before, before, 1},
                                            {"b", probe::Drift::kDrifted, before, now, 0.5},
                                            {"c", probe::Drift::kMissing, before, {}, 1}};
  EXPECT_EQ(drift_text(lines),
            "  b                                            100 W [90, 110] -> 50 W [45, 55]: 0.50 "
            "times\n1 of 2 numbers have drifted: intervals that lie apart by more than 5 %; 1 are "
            "the same, 1 were not measured now\n");
  EXPECT_THAT(drift_text({}), ::testing::StartsWith("no number has drifted"));
}

}  // namespace
}  // namespace assay::cli
