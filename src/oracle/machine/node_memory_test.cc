// SPDX-License-Identifier: MIT
#include "oracle/machine/node_memory.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "oracle/machine/topology.h"

namespace assay::machine {
namespace {

TEST(NodeMemory, LiesOnTheNodeItIsBoundTo) {
  const auto topology = read_topology();
  ASSERT_TRUE(topology);
  for (const NumaNode& node : topology->numa_nodes) {
    if (node.memory.count() == 0) continue;
    const auto memory = NodeMemory::create(Bytes(100'000), node.id);
    if (!memory) GTEST_SKIP() << memory.error().to_string();
    EXPECT_EQ(memory->bytes().size(), 100'000U);
    EXPECT_TRUE(std::ranges::all_of(memory->bytes(), [](std::byte b) { return b == std::byte{}; }));
    const auto nodes = memory->nodes();
    ASSERT_TRUE(nodes) << nodes.error().to_string();
    EXPECT_THAT(*nodes, ::testing::ElementsAre(node.id));
  }
}

TEST(NodeMemory, IsOnSomeNodeWhereNoneIsAsked) {
  auto memory = NodeMemory::create(Bytes(1), {});
  ASSERT_TRUE(memory);
  memory->bytes()[0] = std::byte{7};
  const NodeMemory moved = std::move(*memory);
  EXPECT_EQ(moved.bytes()[0], std::byte{7});
  EXPECT_TRUE(memory->bytes().empty());  // NOLINT(bugprone-use-after-move): what a move leaves.
  const auto nodes = moved.nodes();
  ASSERT_TRUE(nodes) << nodes.error().to_string();
  EXPECT_FALSE(nodes->empty());
}

TEST(NodeMemory, RefusesANodeThatIsNotThere) {
  const auto memory = NodeMemory::create(Bytes(4096), 900);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().message(),
            "cannot bind memory to node 900: this process may not use it");
}

TEST(NodeMemory, RefusesMoreThanThereIs) {
  const auto memory = NodeMemory::create(Bytes(std::int64_t{1} << 60), {});
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().blame(), Blame::kEnvironment);
  EXPECT_THAT(memory.error().message(), ::testing::HasSubstr("there is no memory for"));
}

TEST(NodeMemory, OfNothingIsNothing) {
  const auto memory = NodeMemory::create(Bytes(0), 0);
  ASSERT_TRUE(memory);
  EXPECT_TRUE(memory->bytes().empty());
  EXPECT_TRUE(memory->nodes()->empty());
}

}  // namespace
}  // namespace assay::machine
