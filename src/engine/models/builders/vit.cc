// SPDX-License-Identifier: MIT
#include "engine/models/builders/vit.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::NodeId;
using tensor::DType;

constexpr std::int64_t kChannels = 3;
constexpr std::int64_t kSideMax = 1 << 16;

/// [batch, 3, side, side] -> [batch, patches, patch * patch * 3], channels last within a patch.
NodeId cut_into_patches(Graph& graph, NodeId image, const VitConfig& config) {
  const std::int64_t across = config.side / config.patch;
  NodeId x = reshape(graph, image, {0, kChannels, across, config.patch, across, config.patch});
  x = permute(graph, x, {0, 2, 4, 3, 5, 1});
  return reshape(graph, x, {0, across * across, config.patch * config.patch * kChannels});
}

NodeId embed_patches(Graph& graph, NodeId image, const VitConfig& config) {
  if (config.kind == VitKind::kPublished) {
    const NodeId x = conv2d(graph, image, "patch.embedding",
                            {.in = kChannels,
                             .out = config.width,
                             .kernel = config.patch,
                             .stride = config.patch,
                             .bias = Bias::kPresent});
    return permute(graph, reshape(graph, x, {0, 0, config.patches()}), {0, 2, 1});
  }
  const std::int64_t patch_width = config.patch * config.patch * kChannels;
  NodeId x = cut_into_patches(graph, image, config);
  x = layer_norm(graph, x, "patch.norm_in", patch_width, config.epsilon);
  x = linear(graph, x, "patch.embedding", patch_width, config.width);
  return layer_norm(graph, x, "patch.norm_out", config.width, config.epsilon);
}

NodeId add_cls_and_positions(Graph& graph, NodeId x, const VitConfig& config) {
  const NodeId token = graph.weight("cls", {DType::kF32, {1, 1, config.width}});
  const NodeId first =
      graph.op("slice", {x}, {{"axis", 1}, {"first", 0}, {"count", 1}}, "one token of each");
  const NodeId tokens = graph.op("broadcast", {token, first});
  x = graph.op("concat", {tokens, x}, {{"axis", 1}});
  const NodeId positions =
      graph.weight("positions", {DType::kF32, {1, config.patches() + 1, config.width}});
  return graph.op("add", {x, positions});
}

NodeId attend(Graph& graph, NodeId x, const std::string& name, const VitConfig& config) {
  const std::int64_t inner = config.heads * config.head_width;
  const Heads heads{config.heads, config.head_width};
  if (config.kind == VitKind::kPublished) {
    const auto part = [&](const char* which) {
      return linear(graph, x, format("{}.{}", name, which), config.width, inner);
    };
    const NodeId q = part("q");
    const NodeId k = part("k");
    return explicit_attention(graph, q, k, part("v"), heads);
  }
  const NodeId merged = linear(graph, x, name + ".qkv", config.width, 3 * inner, Bias::kNone);
  return explicit_attention(graph, slice_last(graph, merged, 0, inner),
                            slice_last(graph, merged, inner, inner),
                            slice_last(graph, merged, 2 * inner, inner), heads);
}

NodeId block(Graph& graph, NodeId x, const std::string& name, const VitConfig& config) {
  const NodeId normed =
      layer_norm(graph, x, name + ".attention.norm", config.width, config.epsilon);
  const NodeId attended = attend(graph, normed, name + ".attention", config);
  const NodeId out = linear(graph, attended, name + ".attention.out",
                            config.heads * config.head_width, config.width);
  x = graph.op("add", {out, x});
  const NodeId second = layer_norm(graph, x, name + ".mlp.norm", config.width, config.epsilon);
  NodeId hidden = linear(graph, second, name + ".mlp.up", config.width, config.mlp_width);
  hidden = activation(graph, hidden, "gelu");
  return graph.op("add",
                  {linear(graph, hidden, name + ".mlp.down", config.mlp_width, config.width), x});
}

Result<void> check(const VitConfig& config) {
  ASSAY_TRY_VOID(check_sizes("vit", {{"patch", config.patch, 1, kSideMax},
                                     {"depth", config.depth, 0, kDepthMax},
                                     {"width", config.width},
                                     {"heads", config.heads},
                                     {"head_width", config.head_width},
                                     {"mlp_width", config.mlp_width},
                                     {"side", config.side, 1, kSideMax},
                                     {"classes", config.classes, 0}}));
  return check_divides("vit", {"patch", config.patch}, {"side", config.side});
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

VitConfig vit_b16() {
  return {.kind = VitKind::kPublished,
          .patch = 16,
          .depth = 12,
          .width = 768,
          .heads = 12,
          .mlp_width = 3072,
          .classes = 1000,
          .epsilon = 1e-12};
}

Result<Graph> build_vit(const VitConfig& config) {
  ASSAY_TRY_VOID(check(config));
  Graph graph;
  const NodeId image =
      graph.input("image", DType::kF32, {"batch", kChannels, config.side, config.side});
  NodeId x = add_cls_and_positions(graph, embed_patches(graph, image, config), config);
  for (std::int64_t i = 0; i < config.depth; ++i) {
    x = block(graph, x, format("blocks.{}", i), config);
  }
  x = layer_norm(graph, x, "norm", config.width, config.epsilon);
  graph.output("tokens", x);
  if (config.classes > 0) {
    NodeId cls = graph.op("slice", {x}, {{"axis", 1}, {"first", 0}, {"count", 1}});
    cls = reshape(graph, cls, {0, config.width});
    graph.output("logits", linear(graph, cls, "head", config.width, config.classes));
  }
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
  return 2 * patches * patch_width * width + static_cast<double>(config.depth) * block +
         2 * width * static_cast<double>(config.classes);
}

}  // namespace assay::models
