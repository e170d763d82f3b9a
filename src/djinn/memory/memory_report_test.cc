// SPDX-License-Identifier: MIT
#include "djinn/memory/memory_report.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

MemoryReport balanced() {
  MemoryReport report;
  report.data = {.reserved = Bytes(100),
                 .used = Bytes(50),
                 .waste_internal = Bytes(20),
                 .waste_external = Bytes(10),
                 .free = Bytes(20)};
  report.dirty = Bytes(30);
  report.clean = Bytes(20);
  return report;
}

TEST(MemoryReport, AddsUp) {
  EXPECT_EQ(imbalance(balanced()), std::nullopt);
  EXPECT_EQ(imbalance(MemoryReport()), std::nullopt);
}

TEST(MemoryReport, SaysWhatDoesNotAddUp) {
  MemoryReport report = balanced();
  report.data.free = Bytes(21);
  EXPECT_EQ(imbalance(report), "data: 50 used, 20 and 10 wasted, 21 free are not the 100 reserved");
  report = balanced();
  report.dirty = Bytes(31);
  EXPECT_EQ(imbalance(report), "31 dirty and 20 clean are not the 50 used");
  report = balanced();
  report.host = {.reserved = Bytes(0), .used = Bytes(5), .free = Bytes(-5)};
  EXPECT_EQ(imbalance(report), "host: a part has -5 bytes");
}

}  // namespace
}  // namespace assay::djinn
