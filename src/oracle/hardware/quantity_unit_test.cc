// SPDX-License-Identifier: MIT
#include "oracle/hardware/quantity_unit.h"

#include <gmock/gmock.h>

#include "oracle/hardware/hardware_profile.h"

namespace assay::oracle {
namespace {

TEST(UnitOfName, IsWhatTheNameEndsIn) {
  EXPECT_EQ(unit_of_name("read_bytes_per_second"), "B/s");
  EXPECT_EQ(unit_of_name("flops_per_second"), "FLOP/s");
  EXPECT_EQ(unit_of_name("capacity_bytes"), "B");
  EXPECT_EQ(unit_of_name("latency_ns"), "ns");
  EXPECT_EQ(unit_of_name("clock_hz"), "Hz");
  EXPECT_EQ(unit_of_name("idle_watts"), "W");
  EXPECT_EQ(unit_of_name("joules"), "J");
  EXPECT_EQ(unit_of_name("memory_efficiency"), "share");
  EXPECT_EQ(unit_of_name("share"), "share");
  EXPECT_EQ(unit_of_name("queue_depth"), "1");
  EXPECT_EQ(unit_of_name(""), "1");
}

/// A name without a unit is a count: the list of those is short, and each is meant.
TEST(UnitOfName, OnlyCountsHaveNone) {
  std::vector<std::string_view> counts;
  for (const HardwareNumberDefinition& number : hardware_numbers()) {
    if (unit_of_name(number.name) == "1") counts.push_back(number.name);
  }
  EXPECT_THAT(counts,
              ::testing::UnorderedElementsAre("compute_units", "warp_width", "warps_per_unit",
                                              "array_rows", "array_columns", "queue_depth"));
}

}  // namespace
}  // namespace assay::oracle
