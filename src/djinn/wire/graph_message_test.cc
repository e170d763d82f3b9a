// SPDX-License-Identifier: MIT
#include "djinn/wire/graph_message.h"

#include <gtest/gtest.h>

#include <tuple>

#include "core/random.h"
#include "engine/graph/canonical.h"

namespace assay::djinn {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

Graph sample_graph() {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 512});
  const NodeId w = graph.weight("fc.weight", {DType::kBf16, {128, 512}});
  const NodeId fc = graph.op("linear", {x, graph.op("cast", {w}, {{"dtype", std::string("f32")}})},
                             {}, "blocks.0.fc");
  const NodeId flat = graph.op("reshape", {fc}, {{"shape", graph::Integers{-1, 128}}});
  graph.output("y", flat);
  graph.output("z", fc);
  return graph;
}

TEST(GraphMessage, IsReadAsItWasWritten) {
  const Graph graph = sample_graph();
  const auto read = read_graph(write_graph(graph));
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(canonical_bytes(*read), canonical_bytes(graph));
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    EXPECT_EQ(read->nodes()[i].name, graph.nodes()[i].name);
  }
  const auto empty = read_graph(write_graph(Graph()));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->nodes().empty());
}

/// Any operands that precede, of a few ops that take whatever comes.
Graph random_graph(Random& random) {
  Graph graph;
  graph.input("x", DType::kF32, {graph::Extent("n"), std::int64_t{8}});
  const auto count = static_cast<int>(random.below(60));
  for (int i = 0; i < count; ++i) {
    const auto pick = [&] {
      return graph::node_id(static_cast<std::size_t>(random.below(graph.nodes().size())));
    };
    switch (random.below(6)) {
      case 0:
        graph.weight(format("w{}", i), {DType::kI8, {static_cast<std::int64_t>(random.below(9))}});
        break;
      case 1:
        graph.input(format("in{}", i), DType::kU8, {});
        break;
      case 2:
        graph.op("add", {pick(), pick()}, {}, format("sum {}", i));
        break;
      case 3:
        graph.op("reshape", {pick()}, {{"shape", graph::Integers{1, -1, i}}});
        break;
      case 4:
        graph.op("multiply", {pick(), pick()});
        break;
      default:
        graph.output(format("y{}", i), pick());
    }
  }
  return graph;
}

TEST(GraphMessage, IsReadAsItWasWrittenWhateverTheGraph) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const Graph graph = random_graph(random);
    const auto read = read_graph(write_graph(graph));
    ASSERT_TRUE(read) << seed << ": " << read.error().to_string();
    ASSERT_EQ(canonical_bytes(*read), canonical_bytes(graph)) << seed;
  }
}

TEST(GraphMessage, IsReadFromAnyPlace) {
  const auto bytes = write_graph(sample_graph());
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::byte> moved(shift);
    moved.insert(moved.end(), bytes.begin(), bytes.end());
    EXPECT_TRUE(read_graph(std::span(moved).subspan(shift))) << shift;
  }
}

TEST(GraphMessage, SurvivesEveryDamage) {
  const auto sound = write_graph(sample_graph());
  for (std::size_t size = 0; size < sound.size(); ++size) {
    std::ignore = read_graph(std::span(sound).first(size));
  }
  Random random(2);
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = sound;
    for (std::uint64_t i = 0; i <= random.below(3); ++i) {
      bytes[static_cast<std::size_t>(random.below(bytes.size()))] =
          static_cast<std::byte>(random.next());
    }
    const auto read = read_graph(bytes);
    if (read) continue;
    ++refused;
    EXPECT_FALSE(read.error().message().empty());
  }
  EXPECT_GT(refused, 1000);
}

TEST(GraphMessage, KeepsItsLimits) {
  const auto bytes = write_graph(sample_graph());
  struct Case {
    GraphLimits limits;
    std::string_view want;
  };
  const Case cases[] = {
      {{.nodes_max = 4}, "5 more nodes in a graph that may have 4 more"},
      {{.operands_max = 2}, "operands"},
      {{.extents_max = 3}, "extents"},
      {{.attributes_max = 1}, "attributes"},
      {{.constants_max = 1}, "2 more constants"},
      {{.text_max = 20}, "bytes of text"},
      {{.outputs_max = 1}, "outputs"},
  };
  for (const Case& c : cases) {
    const auto read = read_graph(bytes, c.limits);
    ASSERT_FALSE(read) << c.want;
    EXPECT_NE(read.error().to_string().find(c.want), std::string::npos) << read.error().to_string();
    EXPECT_NE(read.error().to_string().find("in a graph message"), std::string::npos);
  }
}

}  // namespace
}  // namespace assay::djinn
