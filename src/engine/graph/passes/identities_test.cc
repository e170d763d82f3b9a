// SPDX-License-Identifier: MIT
#include "engine/graph/passes/identities.h"

#include <gmock/gmock.h>

#include <functional>

#include "engine/graph/canonical.h"
#include "engine/graph/passes/invented_model.h"

namespace assay::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// y = `build`(relu(x)) with x [batch, 6, 4], then without identities.
Graph simplified(const std::function<NodeId(Graph&, NodeId)>& build) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {"batch", 6, 4});
  const NodeId bent = graph.op("activation", {x}, {{"kind", "relu"}});
  graph.output("y", build(graph, bent));
  const Result<Graph> after = identities_pass(graph, {{"batch", 2}});
  EXPECT_TRUE(after.has_value()) << after.error().to_string();
  EXPECT_EQ(after->outputs()[0].name, "y");
  return *after;
}

TEST(IdentitiesPass, OpsThatChangeNothingGo) {
  const std::vector<std::pair<std::string, Attributes>> nothing{
      {"scale", {{"factor", 1.0}}},
      {"cast", {{"dtype", "f32"}}},
      {"reshape", {{"shape", Integers{0, 0, 4}}}},
      {"permute", {{"axes", Integers{0, 1, 2}}}},
      {"concat", {{"axis", 1}}},
      {"slice", {{"axis", 1}, {"first", 0}}},
      {"slice", {{"axis", 2}, {"first", 0}, {"count", 4}}}};
  for (const auto& row : nothing) {
    const Graph after =
        simplified([&](Graph& graph, NodeId x) { return graph.op(row.first, {x}, row.second); });
    EXPECT_THAT(op_counts(after), ElementsAre(Pair("activation", 1))) << row.first;
  }
  const Graph after = simplified([](Graph& graph, NodeId x) {
    return graph.op("broadcast", {x, x});
  });
  EXPECT_THAT(op_counts(after), ElementsAre(Pair("activation", 1)));
}

TEST(IdentitiesPass, OpsThatChangeSomethingStay) {
  const std::vector<std::pair<std::string, Attributes>> something{
      {"scale", {{"factor", -1.0}}},
      {"cast", {{"dtype", "f16"}}},
      {"reshape", {{"shape", Integers{0, 4, 6}}}},
      {"permute", {{"axes", Integers{0, 2, 1}}}},
      {"slice", {{"axis", 1}, {"first", 1}}}};
  for (const auto& row : something) {
    const Graph after =
        simplified([&](Graph& graph, NodeId x) { return graph.op(row.first, {x}, row.second); });
    EXPECT_EQ(op_counts(after)[row.first], 1) << row.first;
  }
  Graph square;
  const NodeId x = square.input("x", DType::kF32, {3, 3});
  square.output("y", square.op("permute", {x}, {{"axes", Integers{1, 0}}}));
  EXPECT_EQ(fingerprint(*identities_pass(square, {})), fingerprint(square))
      << "the type is the same, the elements are not";
}

TEST(IdentitiesPass, PermutationsCancelOrMerge) {
  const auto twice = [](const Integers& first, const Integers& second) {
    return simplified([&](Graph& graph, NodeId x) {
      return graph.op("permute", {graph.op("permute", {x}, {{"axes", first}})}, {{"axes", second}});
    });
  };
  EXPECT_THAT(op_counts(twice({1, 2, 0}, {2, 0, 1})), ElementsAre(Pair("activation", 1)));
  const Graph merged = twice({1, 2, 0}, {1, 2, 0});
  EXPECT_EQ(only(merged, "permute").attributes.integers("axes"), (Integers{2, 0, 1}));
  EXPECT_EQ(to_text(infer_types(merged, {{"batch", 2}})->back()), "f32 4x2x6");
}

TEST(IdentitiesPass, ReshapesMergeAndStillHoldForOtherSizes) {
  const auto twice = [](const Integers& first, const Integers& second) {
    return simplified([&](Graph& graph, NodeId x) {
      return graph.op("reshape", {graph.op("reshape", {x}, {{"shape", first}})},
                      {{"shape", second}});
    });
  };
  const auto shape = [](const Graph& graph) {
    return only(graph, "reshape").attributes.integers("shape");
  };
  EXPECT_EQ(shape(twice({0, 3, -1}, {0, 24})), (Integers{0, 24}));
  EXPECT_EQ(shape(twice({-1, 4}, {0, 2, 2})), (Integers{-1, 2, 2}));
  EXPECT_EQ(shape(twice({0, 3, 8}, {0, 0, 2, 4})), (Integers{0, 3, 2, 4}));
  EXPECT_EQ(op_counts(twice({-1, 4}, {0, -1, 2}))["reshape"], 2) << "two unknown extents";
  EXPECT_THAT(op_counts(twice({0, 24}, {0, 6, 4})), ElementsAre(Pair("activation", 1)))
      << "there and back";
}

TEST(IdentitiesPass, ChainsVanish) {
  const Graph after = simplified([](Graph& graph, NodeId x) {
    for (int i = 0; i < 50; ++i) {
      x = graph.op("reshape", {x}, {{"shape", Integers{0, -1}}});
      x = graph.op("reshape", {x}, {{"shape", Integers{0, 6, 4}}});
      x = graph.op("scale", {x}, {{"factor", 1.0}});
    }
    return x;
  });
  EXPECT_THAT(op_counts(after), ElementsAre(Pair("activation", 1)));
}

TEST(IdentitiesPass, AnOutputStaysTheResultOfAnOp) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {4});
  const NodeId same = graph.op("scale", {x}, {{"factor", 1.0}});
  graph.output("y", graph.op("cast", {same}, {{"dtype", "f32"}}));
  const Graph after = *identities_pass(graph, {});
  EXPECT_EQ(after.op_count(), 1);
  EXPECT_EQ(after.node(after.outputs()[0].node).kind, NodeKind::kOp);
}

TEST(IdentitiesPass, OfNoElementsAtAll) {
  Graph graph;
  const NodeId x = graph.input("x", DType::kF32, {0, 4});
  const NodeId once = graph.op("reshape", {x}, {{"shape", Integers{0, 2, 2}}});
  graph.output("y", graph.op("reshape", {once}, {{"shape", Integers{0, 1, 4}}}));
  const auto after = identities_pass(graph, {});
  ASSERT_TRUE(after.has_value()) << after.error().to_string();
  EXPECT_THAT(op_counts(*after), ElementsAre(Pair("reshape", 2)));
  EXPECT_THAT(op_counts(Graph()), IsEmpty());
}

}  // namespace
}  // namespace assay::graph
