// SPDX-License-Identifier: MIT
#include "engine/graph/canonical.h"

#include <gmock/gmock.h>

#include <cstring>

#include "core/random.h"

namespace assay::graph {
namespace {

using ::testing::HasSubstr;

Graph sample() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 16});
  const NodeId w = graph.weight("w", {DType::kBf16, {8, 16}});
  const NodeId y = graph.op("linear", {x, w}, {{"activation", "relu"}}, "fc");
  const NodeId z = graph.op("reshape", {y}, {{"shape", Integers{0, 2, -1}}});
  const NodeId pixels = graph.input("pixels", DType::kU8, {1, 4, 4, 1});
  const NodeId planes =
      graph.op("normalise", {pixels}, {{"mean", Numbers{0.5}}, {"deviation", Numbers{0.25}}});
  graph.state("cache", DType::kF16, {"batch", 4, "capacity", 8});
  graph.output("z", z);
  graph.output("planes", planes);
  return graph;
}

std::string complaint(std::span<const std::byte> bytes) {
  const Result<Graph> graph = parse_canonical(bytes);
  return graph ? "a graph" : graph.error().to_string();
}

/// The bytes with one 32-bit number written over.
std::vector<std::byte> with(std::vector<std::byte> bytes, std::size_t at, std::uint32_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
  return bytes;
}

TEST(Canonical, ReadsBackEqual) {
  const std::vector<std::byte> bytes = canonical_bytes(sample());
  const Result<Graph> graph = parse_canonical(bytes);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(canonical_bytes(*graph), bytes);
  EXPECT_EQ(graph->nodes().size(), sample().nodes().size());
  EXPECT_EQ(graph->node(node_id(2)).attributes, sample().node(node_id(2)).attributes);
  EXPECT_EQ(graph->outputs()[1].name, "planes");
  EXPECT_EQ(fingerprint(*graph), fingerprint(sample()));
}

TEST(Canonical, TheFingerprintIsPinned) {
  // Plan caches on disk and clients of another version name graphs by it.
  EXPECT_EQ(fingerprint(sample()), "3b438e4d7724c8447deab67680739ce0");
  EXPECT_EQ(fingerprint(Graph()).size(), 32U);
}

TEST(Canonical, OnlyNamesOfOpsHaveNoSay) {
  Graph named;
  const NodeId x = named.input("x", DType::kF32, {1});
  named.op("scale", {x}, {{"factor", 2.0}}, "a");
  Graph other;
  other.input("x", DType::kF32, {1});
  other.op("scale", {x}, {{"factor", 2.0}}, "b");
  EXPECT_EQ(fingerprint(named), fingerprint(other));
  const auto changed = [&](const auto& change) {
    Graph graph;
    change(graph);
    return fingerprint(graph) != fingerprint(named);
  };
  EXPECT_TRUE(changed([](Graph& graph) {
    graph.op("scale", {graph.input("y", DType::kF32, {1})}, {{"factor", 2.0}});
  }));
  EXPECT_TRUE(changed([](Graph& graph) {
    graph.op("scale", {graph.input("x", DType::kF16, {1})}, {{"factor", 2.0}});
  }));
  EXPECT_TRUE(changed([](Graph& graph) {
    graph.op("scale", {graph.input("x", DType::kF32, {1})}, {{"factor", 3.0}});
  }));
  EXPECT_TRUE(changed([](Graph& graph) {
    graph.op("scale", {graph.input("x", DType::kF32, {"1"})}, {{"factor", 2.0}});
  }));
  EXPECT_TRUE(changed([](Graph& graph) {
    graph.output("y", graph.op("scale", {graph.input("x", DType::kF32, {1})}, {{"factor", 2.0}}));
  }));
}

TEST(ParseCanonical, SaysWhatIsWrongAndWhere) {
  const std::vector<std::byte> bytes = canonical_bytes(sample());
  const auto first = [&](std::size_t count) { return std::span(bytes).first(count); };
  std::vector<std::byte> longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_EQ(complaint(first(0)), "the bytes end at 0, within a field of 4 bytes that starts at 0");
  EXPECT_EQ(complaint(with(bytes, 0, 0)), "the bytes do not start with ASGR: no graph");
  EXPECT_EQ(complaint(with(bytes, 4, 2)), "a graph of version 2; this program reads version 1");
  EXPECT_THAT(complaint(with(bytes, 8, 0xffffffff)),
              HasSubstr("a count of 4294967295 at byte 8; the "));
  EXPECT_EQ(complaint(longer), "1 bytes behind the end of the graph");
  EXPECT_EQ(complaint(with(bytes, 12, 9)), "kind 9 of a node; expected 0 to 3\n  in node 0");
  EXPECT_THAT(complaint(with(bytes, 13, 0x7fffffff)), HasSubstr("  in node 0"));
}

TEST(ParseCanonical, RefusesASecondWayToSayTheSame) {
  // The op without its attribute: append() would fill in the default.
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 2});
  graph.op("matmul", {x, x});
  std::vector<std::byte> bytes = canonical_bytes(graph);
  const std::size_t outputs = 4;
  const std::size_t attribute = 4 + std::strlen("transpose_b") + 1 + 8;
  bytes.erase(bytes.end() - outputs - attribute, bytes.end() - outputs);
  EXPECT_EQ(complaint(with(bytes, bytes.size() - outputs - 4, 0)),
            "the bytes say a graph, but not in the one way that canonical_bytes does");
}

TEST(ParseCanonical, SurvivesEveryPrefixAndRandomDamage) {
  const std::vector<std::byte> bytes = canonical_bytes(sample());
  for (std::size_t count = 0; count < bytes.size(); ++count) {
    EXPECT_NE(complaint(std::span(bytes).first(count)), "a graph") << count;
  }
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> damaged = bytes;
    for (std::uint64_t times = random.below(3) + 1; times > 0; --times) {
      damaged[random.below(damaged.size())] = static_cast<std::byte>(random.below(256));
    }
    const Result<Graph> graph = parse_canonical(damaged);
    if (graph) {
      EXPECT_EQ(canonical_bytes(*graph), damaged);
    } else {
      EXPECT_FALSE(graph.error().message().empty());
    }
  }
}

TEST(ParseCanonical, NoCountAsksForMoreMemoryThanTheBytesThatAreThere) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {2, 2});
  graph.op("permute", {x}, {{"axes", Integers{1, 0}}});
  const std::vector<std::byte> bytes = canonical_bytes(graph);
  for (std::size_t at = 8; at + 4 <= bytes.size(); ++at) {
    EXPECT_NE(complaint(with(bytes, at, 0xfffffff0)), "") << at;
  }
}

}  // namespace
}  // namespace assay::graph
