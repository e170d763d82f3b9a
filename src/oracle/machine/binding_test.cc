// SPDX-License-Identifier: MIT
#include "oracle/machine/binding.h"

#include <gmock/gmock.h>

#include <thread>

#include "oracle/machine/topology.h"

namespace assay::machine {
namespace {

using ::testing::HasSubstr;

/// On a thread of its own, so that the test's own binding stays what it was.
template <class Body>
void on_a_thread(Body body) {
  std::thread thread(body);
  thread.join();
}

TEST(Binding, IsObservedBack) {
  on_a_thread([] {
    const auto before = observe_binding();
    ASSERT_TRUE(before) << before.error().to_string();
    const int last = before->cpus.back();
    const auto bound = bind({.cpus = {last}, .memory_node = {}});
    ASSERT_TRUE(bound) << bound.error().to_string();
    const auto after = observe_binding();
    ASSERT_TRUE(after);
    EXPECT_THAT(after->cpus, ::testing::ElementsAre(last));
  });
}

TEST(Binding, RefusesCpusAndNodesThatAreNotThere) {
  const auto cpu = bind({.cpus = {60'000}, .memory_node = {}});
  ASSERT_FALSE(cpu);
  EXPECT_EQ(cpu.error().blame(), Blame::kUser);
  EXPECT_THAT(cpu.error().message(), HasSubstr("cannot bind to CPU 60000: this process may use 0"));
  const auto node = bind({.cpus = {}, .memory_node = 999});
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().message(), HasSubstr("cannot bind to memory of node 999"));
}

TEST(Binding, KnowsWhereMemoryLies) {
  const std::vector<char> touched(1 << 16, 1);
  const auto nodes = memory_nodes_of(touched.data(), Bytes(1 << 16));
  if (!nodes) GTEST_SKIP() << nodes.error().to_string();
  const auto topology = read_topology();
  ASSERT_TRUE(topology);
  ASSERT_FALSE(nodes->empty());
  EXPECT_TRUE(std::ranges::any_of(topology->numa_nodes,
                                  [&](const NumaNode& node) { return node.id == nodes->front(); }));
}

TEST(Binding, ReadsAsText) {
  EXPECT_EQ(to_text(Binding{}), "anywhere");
  EXPECT_EQ(to_text(Binding{.cpus = {0, 1}, .memory_node = {}}), "CPU 0-1");
  EXPECT_EQ(to_text(Binding{.cpus = {1}, .memory_node = 0}), "CPU 1, memory of node 0");
}

}  // namespace
}  // namespace assay::machine
