// SPDX-License-Identifier: MIT
#include "engine/models/builders/layers.h"

#include <gmock/gmock.h>

#include "engine/graph/types.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

struct Case {
  const char* name;
  graph::NodeId (*write)(Graph& graph);
  const char* type;  ///< Of the result.
  std::vector<std::string> weights;
};

NodeId tokens(Graph& graph) {
  return graph.input("x", DType::kF32, {2, 5, 12});
}
NodeId picture(Graph& graph) {
  return graph.input("x", DType::kF32, {2, 4, 9, 9});
}

void expect_layers(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Graph graph;
    const NodeId result = c.write(graph);
    graph.output("y", result);
    const auto types = graph::infer_types(graph, {});
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
    EXPECT_EQ(to_text((*types)[graph::index_of(result)]), c.type);
    std::vector<std::string> weights;
    for (const NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
      weights.push_back(graph.node(id).name + " " + to_text((*types)[graph::index_of(id)]));
    }
    EXPECT_EQ(weights, c.weights);
  }
}

TEST(Layers, OfTokens) {
  expect_layers({
      Case{"linear",
           [](Graph& g) { return linear(g, tokens(g), "fc", 12, 7); },
           "f32 2x5x7",
           {"fc.weight f32 7x12", "fc.bias f32 7"}},
      Case{"linear without bias",
           [](Graph& g) { return linear(g, tokens(g), "fc", 12, 7, Bias::kNone); },
           "f32 2x5x7",
           {"fc.weight f32 7x12"}},
      Case{"layer_norm",
           [](Graph& g) { return layer_norm(g, tokens(g), "n", 12, 1e-5); },
           "f32 2x5x12",
           {"n.weight f32 12", "n.bias f32 12"}},
      Case{"rms_norm",
           [](Graph& g) { return rms_norm(g, tokens(g), "n", 12, 1e-5); },
           "f32 2x5x12",
           {"n.weight f32 12"}},
      Case{"activation",
           [](Graph& g) { return activation(g, tokens(g), "gelu"); },
           "f32 2x5x12",
           {}},
      Case{"reshape",
           [](Graph& g) {
             return reshape(g, tokens(g), {0, -1, 3});
           },
           "f32 2x20x3",
           {}},
      Case{"permute",
           [](Graph& g) {
             return permute(g, tokens(g), {2, 0, 1});
           },
           "f32 12x2x5",
           {}},
      Case{"slice_last", [](Graph& g) { return slice_last(g, tokens(g), 4, 8); }, "f32 2x5x8", {}},
      Case{"explicit_attention",
           [](Graph& g) {
             const NodeId x = tokens(g);
             return explicit_attention(g, x, x, x, {.count = 3, .width = 4});
           },
           "f32 2x5x12",
           {}},
  });
}

TEST(Layers, OfPictures) {
  expect_layers({
      Case{"conv2d",
           [](Graph& g) { return conv2d(g, picture(g), "c", convolution3x3(4, 6, 2)); },
           "f32 2x6x5x5",
           {"c.weight f32 6x4x3x3"}},
      Case{"conv2d with bias",
           [](Graph& g) {
             return conv2d(g, picture(g), "c", {.in = 4, .out = 6, .bias = Bias::kPresent});
           },
           "f32 2x6x9x9",
           {"c.weight f32 6x4x1x1", "c.bias f32 6"}},
      Case{"batch_norm",
           [](Graph& g) { return batch_norm(g, picture(g), "b", 4); },
           "f32 2x4x9x9",
           {"b.running_mean f32 4", "b.running_var f32 4", "b.weight f32 4", "b.bias f32 4"}},
  });
}

}  // namespace
}  // namespace assay::models
