// SPDX-License-Identifier: MIT
#include "oracle/machine/node_threads.h"

#include <gmock/gmock.h>

#include <thread>

#include "oracle/machine/binding.h"

namespace assay::machine {
namespace {

using ::testing::ElementsAre;

/// One thread that computes: the caller.
void in_this_thread(const std::function<void()>& work) {
  work();
}

/// Every CPU of this process on a node of its own.
Topology split(const std::vector<int>& cpus) {
  Topology topology;
  for (const int cpu : cpus) {
    topology.numa_nodes.push_back({.id = cpu, .memory = Bytes(1), .cpus = {cpu}});
  }
  return topology;
}

template <class Body>
void on_a_thread(Body body) {
  std::thread thread(body);
  thread.join();
}

TEST(NodeThreads, StayOnTheNodeAndGoBack) {
  on_a_thread([] {
    const auto before = observe_binding();
    ASSERT_TRUE(before);
    if (before->cpus.size() < 2) GTEST_SKIP() << "one CPU has one node at most";
    const Topology topology = split(before->cpus);
    const int last = before->cpus.back();
    EXPECT_EQ(*nodes_of_threads(topology, in_this_thread), before->cpus);
    {
      const auto kept = NodeThreads::keep_on(topology, last, in_this_thread);
      ASSERT_TRUE(kept) << kept.error().to_string();
      EXPECT_THAT(*nodes_of_threads(topology, in_this_thread), ElementsAre(last));
      EXPECT_THAT(observe_binding()->cpus, ElementsAre(last));
    }
    EXPECT_EQ(*observe_binding(), *before);
  });
}

TEST(NodeThreads, AreLeftAloneWhereTheyAreThereAlready) {
  on_a_thread([] {
    const auto before = observe_binding();
    ASSERT_TRUE(before);
    Topology topology;
    topology.numa_nodes.push_back({.id = 3, .memory = Bytes(1), .cpus = before->cpus});
    ASSERT_TRUE(bind({.cpus = {before->cpus.front()}, .memory_node = {}}));
    const auto kept = NodeThreads::keep_on(topology, 3, in_this_thread);
    ASSERT_TRUE(kept);
    EXPECT_THAT(observe_binding()->cpus, ElementsAre(before->cpus.front()));
  });
}

TEST(NodeThreads, TellWhatTheSystemRefuses) {
  on_a_thread([] {
    Topology topology;
    topology.numa_nodes.push_back({.id = 0, .memory = Bytes(1), .cpus = {60'000}});
    const auto kept = NodeThreads::keep_on(topology, 0, in_this_thread);
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().message(), ::testing::HasSubstr("cannot bind to CPU 60000"));
  });
}

}  // namespace
}  // namespace assay::machine
