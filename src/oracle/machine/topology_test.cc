// SPDX-License-Identifier: MIT
#include "oracle/machine/topology.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace assay::machine {
namespace {

using ::testing::ElementsAre;

/// Two cores of two siblings and one without: CPUs 0/3, 1/4, 2.
Topology invented() {
  return {.packages = 1, .cores = {{{0, 3}}, {{1, 4}}, {{2}}}, .caches = {}, .numa_nodes = {}};
}

TEST(Topology, CountsCpusAndSeesSiblings) {
  EXPECT_EQ(invented().cpu_count(), 5);
  EXPECT_TRUE(invented().has_smt());
  EXPECT_FALSE(
      (Topology{.packages = 1, .cores = {{{0}}, {{1}}}, .caches = {}, .numa_nodes = {}}).has_smt());
  EXPECT_TRUE(share_a_core(invented(), {1, 2, 4}));
  EXPECT_FALSE(share_a_core(invented(), {0, 1, 2}));
}

TEST(Topology, MeasuresOnWholeCoresAndAwayFromTheLowest) {
  EXPECT_THAT(measuring_cpus(invented(), 1), ElementsAre(2));
  EXPECT_THAT(measuring_cpus(invented(), 2), ElementsAre(1, 2));
  EXPECT_THAT(measuring_cpus(invented(), 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(measuring_cpus(invented(), 4), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(measuring_cpus(invented(), 9), ElementsAre(0, 1, 2, 3, 4));
}

TEST(Topology, OfThisMachineIsWhole) {
  const Result<Topology> topology = read_topology();
  ASSERT_TRUE(topology) << topology.error().to_string();
  EXPECT_GE(topology->cpu_count(), 1);
  EXPECT_GE(topology->numa_nodes.size(), 1U);
  EXPECT_TRUE(std::ranges::is_sorted(topology->caches, {}, &Cache::level));
  for (const Cache& cache : topology->caches) {
    EXPECT_GT(cache.size, Bytes(0)) << cache.level;
    EXPECT_GE(cache.count, 1) << cache.level;
  }
  for (const Core& core : topology->cores)
    EXPECT_FALSE(core.cpus.empty());
}

}  // namespace
}  // namespace assay::machine
