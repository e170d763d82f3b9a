// SPDX-License-Identifier: MIT
#include "oracle/machine/node_choice.h"

#include <gmock/gmock.h>

namespace assay::machine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Topology machine_of(const std::string& description) {
  const auto topology = invented_topology(description);
  EXPECT_TRUE(topology) << topology.error().to_string();
  return topology ? *topology : Topology();
}

/// The node of a name, or why there is none.
std::string chosen(const Topology& topology, std::string_view name, int home) {
  const NodeChoice choice = choose_memory(topology, name, home);
  EXPECT_FALSE(choice.node && !choice.absent.empty());
  if (!choice.absent.empty()) return choice.absent;
  return choice.node ? std::to_string(*choice.node) : "any";
}

TEST(NodeChoice, OnOneNodeNothingIsRemote) {
  const Topology one = machine_of("core:2 pu:1");
  EXPECT_EQ(chosen(one, "any", 0), "any");
  EXPECT_EQ(chosen(one, "local", 0), "0");
  EXPECT_EQ(chosen(one, "0", 0), "0");
  EXPECT_EQ(chosen(one, "remote", 0), "this machine has one NUMA node");
  EXPECT_EQ(chosen(one, "2", 0), "this machine has one NUMA node");
  EXPECT_EQ(choose_compute(one, "0").node, 0);
  EXPECT_EQ(choose_compute(one, "2").absent, "this machine has one NUMA node");
}

TEST(NodeChoice, TakesTheFarthestAndOfEquallyFarTheLowest) {
  Topology four = machine_of("numa:4 core:2 pu:1");
  ASSERT_EQ(four.numa_nodes.size(), 4U);
  four.distances.clear();
  EXPECT_EQ(chosen(four, "remote", 0), "1") << "nothing is known of distances";
  EXPECT_EQ(chosen(four, "remote", 1), "0");
  EXPECT_EQ(chosen(four, "local", 3), "3");
  EXPECT_EQ(chosen(four, "2", 0), "2");
  EXPECT_EQ(chosen(four, "7", 0), "this machine has the NUMA nodes 0-3");
  // Two packages of two nodes: the neighbour in the package is nearer.
  four.distances = {{10, 12, 32, 32}, {12, 10, 32, 30}, {32, 32, 10, 12}, {32, 30, 12, 10}};
  EXPECT_EQ(chosen(four, "remote", 0), "2");
  EXPECT_EQ(chosen(four, "remote", 1), "2");
  EXPECT_EQ(chosen(four, "remote", 3), "0");
}

TEST(NodeChoice, ANodeWithoutMemoryIsNeverRemote) {
  Topology four = machine_of("numa:4 core:2 pu:1");
  four.distances = {{10, 12, 32, 12}, {12, 10, 12, 12}, {32, 12, 10, 12}, {12, 12, 12, 10}};
  four.numa_nodes[2].memory = Bytes(0);
  EXPECT_EQ(chosen(four, "remote", 0), "1");
  EXPECT_THAT(chosen(four, "2", 0), HasSubstr("NUMA nodes 0-3, 2 without memory"));
  four.numa_nodes[1].cpus.clear();
  EXPECT_THAT(choose_compute(four, "1").absent, HasSubstr("1 without CPUs"));
}

TEST(NodeChoice, KnowsTheNodesOfCpus) {
  const Topology four = machine_of("numa:4 core:2 pu:1");
  EXPECT_THAT(nodes_of_cpus(four, {0, 1}), ElementsAre(0));
  EXPECT_THAT(nodes_of_cpus(four, {7, 2}), ElementsAre(1, 3));
  EXPECT_THAT(nodes_of_cpus(four, {}), ElementsAre());
}

TEST(NodeChoice, RefusesOtherNames) {
  for (const char* name : {"any", "local", "remote", "0", "17"}) {
    EXPECT_TRUE(check_node_name(name)) << name;
  }
  for (const char* name : {"", "near", "-1", "0x1", "1 ", "99999999999999999999"}) {
    EXPECT_FALSE(check_node_name(name)) << name;
  }
  EXPECT_TRUE(check_compute_name("any"));
  EXPECT_TRUE(check_compute_name("2"));
  EXPECT_EQ(check_compute_name("local").error().message(),
            "expected any or the number of a NUMA node: got local");
  EXPECT_EQ(check_node_name("near").error().message(),
            "expected any, local, remote or the number of a NUMA node: got near");
}

TEST(NodeChoice, RefusesATopologyThatIsNone) {
  EXPECT_FALSE(invented_topology("numa:many"));
}

}  // namespace
}  // namespace assay::machine
