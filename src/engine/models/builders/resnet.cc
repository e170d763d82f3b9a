// SPDX-License-Identifier: MIT
#include "engine/models/builders/resnet.h"

#include <algorithm>
#include <array>

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::Integers;
using graph::NodeId;

struct Layout {
  std::int64_t depth;
  bool has_bottlenecks;
  std::array<std::int64_t, 4> blocks;  ///< In each stage.
};

constexpr std::array<Layout, 3> kLayouts{
    {{18, false, {2, 2, 2, 2}}, {34, false, {3, 4, 6, 3}}, {50, true, {3, 4, 6, 3}}}};

/// A convolution without bias and its norm, named as torchvision names them: conv1 and bn1.
NodeId conv_and_norm(Graph& graph, NodeId x, const std::string& place, std::string_view number,
                     const Convolution& convolution) {
  x = conv2d(graph, x, format("{}conv{}", place, number), convolution);
  return batch_norm(graph, x, format("{}bn{}", place, number), convolution.out);
}

/// One residual block; its input has `in` channels, its result `out`.
struct Block {
  std::string name;  ///< "layer1.0."
  std::int64_t in;
  std::int64_t out;
  std::int64_t stride;
  bool is_bottleneck;
};

NodeId build_block(Graph& graph, NodeId x, const Block& block) {
  const std::int64_t inner = block.is_bottleneck ? block.out / 4 : block.out;
  NodeId y = x;
  if (block.is_bottleneck) {
    y = conv_and_norm(graph, y, block.name, "1", {.in = block.in, .out = inner});
    y = activation(graph, y, "relu");
    y = conv_and_norm(graph, y, block.name, "2", convolution3x3(inner, inner, block.stride));
    y = activation(graph, y, "relu");
    y = conv_and_norm(graph, y, block.name, "3", {.in = inner, .out = block.out});
  } else {
    y = conv_and_norm(graph, y, block.name, "1", convolution3x3(block.in, inner, block.stride));
    y = activation(graph, y, "relu");
    y = conv_and_norm(graph, y, block.name, "2", convolution3x3(inner, inner, 1));
  }
  if (block.stride != 1 || block.in != block.out) {
    x = conv2d(graph, x, block.name + "downsample.0",
               {.in = block.in, .out = block.out, .stride = block.stride});
    x = batch_norm(graph, x, block.name + "downsample.1", block.out);
  }
  return activation(graph, graph.op("add", {y, x}), "relu");
}

Graph build(const ResnetConfig& config, const Layout& layout) {
  constexpr std::int64_t kFirst = 64;
  Graph graph;
  NodeId x = graph.input("image", tensor::DType::kF32, {"batch", 3, config.side, config.side});
  x = conv_and_norm(graph, x, "", "1",
                    {.in = 3, .out = kFirst, .kernel = 7, .stride = 2, .padding = 3});
  x = activation(graph, x, "relu");
  x = graph.op(
      "max_pool2d", {x},
      {{"window", Integers{3, 3}}, {"stride", Integers{2, 2}}, {"padding", Integers{1, 1}}});
  std::int64_t channels = kFirst;
  for (std::size_t stage = 0; stage < layout.blocks.size(); ++stage) {
    const std::int64_t out = (kFirst << stage) * (layout.has_bottlenecks ? 4 : 1);
    for (std::int64_t i = 0; i < layout.blocks[stage]; ++i) {
      x = build_block(graph, x,
                      {.name = format("layer{}.{}.", stage + 1, i),
                       .in = channels,
                       .out = out,
                       .stride = stage > 0 && i == 0 ? 2 : 1,
                       .is_bottleneck = layout.has_bottlenecks});
      channels = out;
    }
  }
  x = graph.op("reduce", {x}, {{"kind", "mean"}, {"axes", Integers{2, 3}}});
  graph.output("logits", linear(graph, x, "fc", channels, config.classes));
  return graph;
}

}  // namespace

Result<Graph> build_resnet(const ResnetConfig& config) {
  const auto* layout = std::ranges::find(kLayouts, config.depth, &Layout::depth);
  if (layout == kLayouts.end()) {
    return Error::user("resnet: depth is {}; expected 18, 34 or 50", config.depth);
  }
  ASSAY_TRY_VOID(check_sizes("resnet", {{"side", config.side}, {"classes", config.classes}}));
  return build(config, *layout);
}

}  // namespace assay::models
