// SPDX-License-Identifier: MIT
#include "engine/models/builders/resnet.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "engine/graph/types.h"

namespace assay::models {
namespace {

using ::testing::HasSubstr;

std::set<std::string> weights_of(const graph::Graph& graph) {
  std::set<std::string> names;
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
    names.insert(graph.node(id).name);
  }
  return names;
}

TEST(Resnet, HasAsManyConvolutionsAsItsName) {
  for (const std::int64_t depth : {18, 34, 50}) {
    const auto graph = build_resnet({.depth = depth, .side = 64, .classes = 10});
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    std::int64_t layers = 0;
    for (const graph::Node& node : graph->nodes()) {
      if (node.op == nullptr) continue;
      const bool is_shortcut = node.name.find("downsample") != std::string::npos;
      layers += (node.op->name == "conv2d" && !is_shortcut) || node.op->name == "linear" ? 1 : 0;
    }
    EXPECT_EQ(layers, depth);
    const auto types = graph::infer_types(*graph, {{"batch", 3}});
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
    EXPECT_EQ(to_text((*types)[graph::index_of(graph->outputs()[0].node)]), "f32 3x10");
  }
}

TEST(Resnet, WeightsHaveTheNamesOfTorchvision) {
  const std::set<std::string> names = weights_of(*build_resnet({.depth = 50}));
  EXPECT_EQ(names.size(), 53U * 5 + 2);
  for (const char* name : {"conv1.weight", "bn1.running_var", "layer1.0.downsample.0.weight",
                           "layer1.0.downsample.1.running_mean", "layer4.2.conv3.weight",
                           "layer3.5.bn2.bias", "fc.bias"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  // Two convolutions a block, and no shortcut of its own in the first stage.
  EXPECT_EQ(weights_of(*build_resnet({.depth = 18})).count("layer1.0.downsample.0.weight"), 0U);
}

TEST(Resnet, TheStrideOfABottleneckStandsInItsSecondConvolution) {
  const auto graph = build_resnet({.depth = 50});
  std::map<std::string, graph::Integers> strides;
  for (const graph::Node& node : graph->nodes()) {
    if (node.op != nullptr && node.op->name == "conv2d") {
      strides[node.name] = node.attributes.integers("stride");
    }
  }
  EXPECT_EQ(strides.at("layer2.0.conv1"), (graph::Integers{1, 1}));
  EXPECT_EQ(strides.at("layer2.0.conv2"), (graph::Integers{2, 2}));
  EXPECT_EQ(strides.at("layer1.0.conv2"), (graph::Integers{1, 1}));
}

TEST(Resnet, SaysWhatMakesNoModel) {
  EXPECT_THAT(build_resnet({.depth = 51}).error().message(),
              HasSubstr("resnet: depth is 51; expected 18, 34 or 50"));
  EXPECT_THAT(build_resnet({.side = 0}).error().message(), HasSubstr("side is 0"));
}

}  // namespace
}  // namespace assay::models
