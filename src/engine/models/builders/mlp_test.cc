// SPDX-License-Identifier: MIT
#include "engine/models/builders/mlp.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"

namespace assay::models {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> ops_of(const graph::Graph& graph) {
  std::vector<std::string> names;
  for (const graph::Node& node : graph.nodes()) {
    if (node.op != nullptr) names.emplace_back(node.op->name);
  }
  return names;
}

TEST(Mlp, IsLinearsWithAnActivationBetween) {
  const auto graph = build_mlp({.input = 5, .hidden = {7, 3}, .output = 2});
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_THAT(ops_of(*graph),
              ElementsAre("linear", "activation", "linear", "activation", "linear", "softmax"));
  const auto types = graph::infer_types(*graph, {{"batch", 4}});
  ASSERT_TRUE(types.has_value());
  EXPECT_EQ(to_text((*types)[graph::index_of(graph->outputs()[0].node)]), "f32 4x2");
}

TEST(Mlp, MayHaveNoHiddenLayerAndNoSoftmax) {
  const auto graph = build_mlp({.input = 5, .hidden = {}, .output = 2, .ends_in_softmax = false});
  ASSERT_TRUE(graph.has_value());
  EXPECT_THAT(ops_of(*graph), ElementsAre("linear"));
}

TEST(Mlp, OfTheSeedsSweepLosesItsLastHiddenWidth) {
  EXPECT_THAT(mlp_of_seed_sweep(8, {6}, 2).hidden, ElementsAre(6));
  EXPECT_THAT(mlp_of_seed_sweep(8, {6, 6}, 2).hidden, ElementsAre(6));
  EXPECT_THAT(mlp_of_seed_sweep(8, {6, 5, 4}, 2).hidden, ElementsAre(6, 5));
}

TEST(Mlp, SaysWhatMakesNoModel) {
  EXPECT_EQ(build_mlp({.input = 0}).error().message(), "mlp: input is 0; expected 1 to 16777216");
  EXPECT_EQ(build_mlp({.hidden = {5, -1}}).error().message(),
            "mlp: hidden width is -1; expected 1 to 16777216");
  EXPECT_EQ(build_mlp({.output = 1 << 30}).error().message(),
            "mlp: output is 1073741824; expected 1 to 16777216");
}

}  // namespace
}  // namespace assay::models
