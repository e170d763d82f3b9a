// SPDX-License-Identifier: MIT
#include "engine/models/builders/vit.h"

#include <array>
#include <charconv>

#include "engine/models/builders/layers.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

constexpr double kEpsilon = 1e-5;
constexpr std::int64_t kChannels = 3;
constexpr std::int64_t kSizeMax = 1 << 16;

/// [batch, 3, side, side] -> [batch, patches, patch * patch * 3], channels last within a patch.
NodeId cut_into_patches(Graph& graph, NodeId image, const VitConfig& config) {
  const std::int64_t across = config.side / config.patch;
  NodeId x = reshape(graph, image, {0, kChannels, across, config.patch, across, config.patch});
  x = permute(graph, x, {0, 2, 4, 3, 5, 1});
  return reshape(graph, x, {0, across * across, config.patch * config.patch * kChannels});
}

NodeId embed(Graph& graph, NodeId image, const VitConfig& config) {
  const std::int64_t patch_width = config.patch * config.patch * kChannels;
  NodeId x = cut_into_patches(graph, image, config);
  x = layer_norm(graph, x, "patch.norm_in", patch_width, kEpsilon);
  x = linear(graph, x, "patch.embedding", patch_width, config.width);
  x = layer_norm(graph, x, "patch.norm_out", config.width, kEpsilon);
  const NodeId token = graph.weight("cls", {DType::kF32, {1, 1, config.width}});
  const NodeId first =
      graph.op("slice", {x}, {{"axis", 1}, {"first", 0}, {"count", 1}}, "one token of each");
  const NodeId tokens = graph.op("broadcast", {token, first});
  x = graph.op("concat", {tokens, x}, {{"axis", 1}});
  const NodeId positions =
      graph.weight("positions", {DType::kF32, {1, config.patches() + 1, config.width}});
  return graph.op("add", {x, positions});
}

NodeId block(Graph& graph, NodeId x, const std::string& name, const VitConfig& config) {
  const std::int64_t inner = config.heads * config.head_width;
  const NodeId normed = layer_norm(graph, x, name + ".attention.norm", config.width, kEpsilon);
  const NodeId merged =
      linear(graph, normed, name + ".attention.qkv", config.width, 3 * inner, Bias::kNone);
  const NodeId attended = explicit_attention(
      graph, slice_last(graph, merged, 0, inner), slice_last(graph, merged, inner, inner),
      slice_last(graph, merged, 2 * inner, inner), {config.heads, config.head_width});
  const NodeId out = linear(graph, attended, name + ".attention.out", inner, config.width);
  x = graph.op("add", {out, x});
  const NodeId second = layer_norm(graph, x, name + ".mlp.norm", config.width, kEpsilon);
  NodeId hidden = linear(graph, second, name + ".mlp.up", config.width, config.mlp_width);
  hidden = graph.op("activation", {hidden}, {{"kind", "gelu"}});
  return graph.op("add",
                  {linear(graph, hidden, name + ".mlp.down", config.mlp_width, config.width), x});
}

Result<void> check(const VitConfig& config) {
  const std::array<std::pair<const char*, std::int64_t>, 6> sizes{
      {{"patch", config.patch},
       {"width", config.width},
       {"heads", config.heads},
       {"mlp_width", config.mlp_width},
       {"side", config.side},
       {"head_width", config.head_width}}};
  for (const auto& [name, size] : sizes) {
    if (size < 1 || size > kSizeMax) {
      return Error::user("vit: {} is {}, expected 1 to {}", name, size, kSizeMax);
    }
  }
  if (config.depth < 0 || config.depth > kSizeMax) {
    return Error::user("vit: depth is {}, expected 0 to {}", config.depth, kSizeMax);
  }
  if (config.side % config.patch != 0) {
    return Error::user("vit: a side of {} is no multiple of the patch {}", config.side,
                       config.patch);
  }
  return {};
}

}  // namespace

Result<VitConfig> parse_vit(std::string_view name, std::int64_t side) {
  constexpr std::string_view kExpected = "expected vit<patch>x<depth>x<width>, as in vit32x6x384";
  std::array<std::int64_t, 3> numbers{};
  const char* at = name.data();
  const char* const end = name.data() + name.size();
  if (!name.starts_with("vit")) return Error::user("no ViT: {}; {}", name, kExpected);
  at += 3;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0 && (at == end || *at++ != 'x')) return Error::user("no ViT: {}; {}", name, kExpected);
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc() || numbers[i] < 0 || numbers[i] > kSizeMax) {
      return Error::user("no ViT: {}; {}", name, kExpected);
    }
    at = next;
  }
  if (at != end || numbers[0] == 0) return Error::user("no ViT: {}; {}", name, kExpected);
  VitConfig config;
  config.patch = numbers[0];
  config.depth = numbers[1];
  config.width = numbers[2];
  config.heads = std::max<std::int64_t>(1, config.width / config.head_width);
  config.mlp_width = 4 * config.width;
  config.side = tensor::round_up(side, config.patch);
  ASSAY_TRY_VOID(check(config));
  return config;
}

Result<Graph> build_vit(const VitConfig& config) {
  ASSAY_TRY_VOID(check(config));
  Graph graph;
  const NodeId image =
      graph.input("image", DType::kF32, {"batch", kChannels, config.side, config.side});
  NodeId x = embed(graph, image, config);
  for (std::int64_t i = 0; i < config.depth; ++i) {
    x = block(graph, x, format("blocks.{}", i), config);
  }
  graph.output("tokens", layer_norm(graph, x, "norm", config.width, kEpsilon));
  return graph;
}

double vit_products(const VitConfig& config) {
  const auto patches = static_cast<double>(config.patches());
  const double tokens = patches + 1;
  const auto width = static_cast<double>(config.width);
  const auto inner = static_cast<double>(config.heads * config.head_width);
  const auto patch_width = static_cast<double>(config.patch * config.patch * kChannels);
  const double block = 2 * tokens * width * 3 * inner + 2 * tokens * inner * width +
                       4 * tokens * tokens * inner +
                       4 * tokens * width * static_cast<double>(config.mlp_width);
  return 2 * patches * patch_width * width + static_cast<double>(config.depth) * block;
}

}  // namespace assay::models
