// SPDX-License-Identifier: MIT
#include "lab/workload/djinn/unit_trace.h"

#include <gmock/gmock.h>

#include <map>

namespace assay::workload {
namespace {

std::map<std::string, Value> by_name(const std::deque<UnitTrace>& units, std::int64_t calls) {
  const auto metrics = unit_metrics(units, calls);
  return {metrics.begin(), metrics.end()};
}

UnitTrace served(std::int64_t requests, std::uint64_t sent, Nanoseconds execute,
                 Nanoseconds whole) {
  UnitTrace unit{.requests = requests, .sent = sent, .received = 10, .whole = whole};
  unit.add({.execute = execute, .send = 1s});
  return unit;
}

TEST(UnitMetrics, AreMeansOverTheLastUnits) {
  const std::deque<UnitTrace> units{served(9, 1'000'000, 1s, 1h), served(2, 100, 40ns, 100ns),
                                    served(2, 300, 80ns, 300ns)};
  const auto metrics = by_name(units, 2);
  EXPECT_EQ(metrics.at("wire_sent").number(), 200);
  EXPECT_EQ(metrics.at("wire_total").number(), 210);
  EXPECT_EQ(metrics.at("requests_sent").number(), 2);
  EXPECT_EQ(metrics.at("time_per_call").number(), 200);
  EXPECT_EQ(metrics.at("stage_execute").number(), 30);
  EXPECT_EQ(metrics.at("outside").number(), 70) << "the answer before is not of this request";
}

TEST(UnitMetrics, WhatOverlapsHasNoTimeOutside) {
  UnitTrace unit = served(2, 100, 40ns, 100ns);
  unit.under_way_most = 2;
  EXPECT_FALSE(by_name({unit}, 1).at("outside").has_number());
}

TEST(UnitMetrics, NothingTravelsInOneProcess) {
  const std::deque<UnitTrace> units{{.is_served = false, .requests = 1, .whole = 5ns}};
  const auto metrics = by_name(units, 1);
  EXPECT_EQ(metrics.at("wire_total").number(), 0) << "measured: there is no socket";
  EXPECT_EQ(metrics.at("time_per_call").number(), 5);
  EXPECT_FALSE(metrics.at("stage_execute").has_number());
  EXPECT_FALSE(metrics.at("outside").has_number());
}

TEST(UnitMetrics, AreMissingWhereNothingRan) {
  for (const auto& [name, value] : by_name({}, 3))
    EXPECT_FALSE(value.has_number()) << name;
}

TEST(UnitMetrics, AreThoseThatAreDeclared) {
  const auto metrics = unit_metrics({served(1, 1, 1ns, 1ns)}, 1);
  const auto entries = unit_metric_entries();
  ASSERT_EQ(metrics.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(metrics[i].first, entries[i].name);
}

TEST(UnitTrace, BytesAreThoseBetweenTwoReadings) {
  UnitTrace unit;
  unit.add_bytes({.sent = 5, .received = 7}, {.sent = 9, .received = 7});
  unit.add_bytes({.sent = 9, .received = 7}, {.sent = 10, .received = 9});
  EXPECT_EQ(unit.sent, 5U);
  EXPECT_EQ(unit.received, 2U);
}

}  // namespace
}  // namespace assay::workload
