// SPDX-License-Identifier: MIT
#include "oracle/probe/tiers.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"

namespace assay::probe {
namespace {

using machine::Cache;
using machine::Topology;

Topology invented_machine() {
  Topology topology;
  topology.cores = {{.cpus = {0}}, {.cpus = {1}}};
  topology.caches = {
      {.level = 1, .kind = "data", .size = Bytes(48 << 10), .count = 2, .shared_by = 1},
      {.level = 1, .kind = "instruction", .size = Bytes(32 << 10), .count = 2, .shared_by = 1},
      {.level = 2, .kind = "unified", .size = Bytes(2 << 20), .count = 2, .shared_by = 1},
      {.level = 3, .kind = "unified", .size = Bytes(260 << 20), .count = 1, .shared_by = 2}};
  return topology;
}

/// Time of a byte on a machine whose tiers end at the given sizes, with noise.
std::vector<SweepPoint> invented_sweep(std::span<const double> ends, std::uint64_t seed,
                                       double noise) {
  Random random(seed);
  std::vector<SweepPoint> sweep;
  for (const std::int64_t size : sweep_sizes(Bytes(4 << 10), Bytes(512 << 20), 16)) {
    double time = 5e-12;
    for (const double end : ends) {
      if (static_cast<double>(size) > end) time *= 2.5;
    }
    sweep.push_back({static_cast<double>(size), time * std::exp(noise * random.normal())});
  }
  return sweep;
}

TEST(SweepSizes, RiseEvenly) {
  const auto sizes = sweep_sizes(Bytes(4'096), Bytes(4'096'000), 16);
  EXPECT_EQ(sizes.size(), 49U);
  EXPECT_EQ(sizes.front(), 4'096);
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    EXPECT_EQ(sizes[i] % 256, 0);
    EXPECT_NEAR(static_cast<double>(sizes[i]) / static_cast<double>(sizes[i - 1]), 1.155, 0.06);
  }
}

/// Caches of which a thread gets less than the topology says are found where they end.
TEST(PlanTiers, FindsWhereTheCachesEnd) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const double ends[] = {45e3, 1.6e6, 30e6};
    const auto sweep = invented_sweep(ends, seed, 0.03);
    const auto tiers = plan_tiers(invented_machine(), Bytes(std::int64_t{16} << 30), sweep,
                                  {"a sweep", "2026-11-21"});
    ASSERT_EQ(tiers.size(), 4U);
    const char* names[] = {"L1", "L2", "L3", "DRAM"};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(tiers[i].name, names[i]);
      if (i == 3) continue;
      EXPECT_EQ(tiers[i].capacity.provenance, oracle::Provenance::kMeasured) << names[i];
      EXPECT_NEAR(tiers[i].capacity.value / ends[i], 1, 0.2) << names[i] << " seed " << seed;
      EXPECT_LE(tiers[i].capacity.interval->low, tiers[i].capacity.value);
      EXPECT_GE(tiers[i].capacity.interval->high, tiers[i].capacity.value);
    }
    EXPECT_EQ(tiers[0].shared_by, 1);
    EXPECT_EQ(tiers[2].shared_by, 0);
    EXPECT_EQ(tiers[3].capacity.provenance, oracle::Provenance::kDatasheet);
  }
}

TEST(PlanTiers, WithoutAJumpTheTopologyStands) {
  const auto tiers =
      plan_tiers(invented_machine(), Bytes(1 << 30), invented_sweep({}, 1, 0.02), {});
  ASSERT_EQ(tiers.size(), 4U);
  EXPECT_EQ(tiers[0].capacity.value, 48 << 10);
  EXPECT_EQ(tiers[0].capacity.provenance, oracle::Provenance::kDatasheet);
  EXPECT_THAT(tiers[1].capacity.source, ::testing::HasSubstr("no jump near it"));
  EXPECT_EQ(tiers[2].capacity.value, 260 << 20);
  EXPECT_EQ(plan_tiers(invented_machine(), Bytes(1), {}, {}).size(), 4U);
  EXPECT_EQ(plan_tiers(Topology(), Bytes(1), {}, {}).size(), 1U);
}

/// A working set lies within its own tier for every thread count, and beyond the one before.
TEST(PlannedTier, WorkingSetsLieInTheirTier) {
  const double ends[] = {45e3, 1.6e6, 30e6};
  const auto tiers = plan_tiers(invented_machine(), Bytes(std::int64_t{16} << 30),
                                invented_sweep(ends, 4, 0.02), {});
  const Bytes most(std::int64_t{1} << 30);
  for (const int threads : {1, 2}) {
    for (std::size_t i = 0; i < 3; ++i) {
      const auto each = static_cast<double>(tiers[i].working_set(threads, most)) / threads;
      const double share = tiers[i].shared_by == 0 ? threads : 1;
      EXPECT_GT(each, tiers[i].bytes_least) << tiers[i].name;
      EXPECT_LT(each, tiers[i].capacity.value / share) << tiers[i].name;
    }
    EXPECT_GE(tiers[3].working_set(threads, most), 2 * (260LL << 20) - 2 * 4'096);
    EXPECT_EQ(tiers[3].working_set(threads, Bytes(64 << 20)), 0) << "no room: absent, not wrong";
  }
  // A cache hardly larger than the one before shows nothing of its own.
  const PlannedTier thin{
      .name = "L2", .shared_by = 1, .capacity = {}, .bytes_least = 100'000, .bytes_most = 150'000};
  EXPECT_EQ(thin.working_set(1, most), 0);
}

}  // namespace
}  // namespace assay::probe
