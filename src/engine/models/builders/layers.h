// SPDX-License-Identifier: MIT
// Layers as builders write them: an op with its weights, named as checkpoints name them
// ("blocks.0.mlp.up" has "blocks.0.mlp.up.weight" and ".bias").
#pragma once

#include <string>

#include "core/format.h"
#include "engine/graph/graph.h"

namespace assay::models {

enum class Bias : std::uint8_t { kNone, kPresent };

/// x [..., in] -> [..., out]
graph::NodeId linear(graph::Graph& graph, graph::NodeId x, const std::string& name, std::int64_t in,
                     std::int64_t out, Bias bias = Bias::kPresent);
graph::NodeId layer_norm(graph::Graph& graph, graph::NodeId x, const std::string& name,
                         std::int64_t width, double epsilon);
graph::NodeId rms_norm(graph::Graph& graph, graph::NodeId x, const std::string& name,
                       std::int64_t width, double epsilon);
/// `kind` is one of the op's: "gelu".
graph::NodeId activation(graph::Graph& graph, graph::NodeId x, const std::string& kind);

struct Convolution {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  Bias bias = Bias::kNone;
};
Convolution convolution3x3(std::int64_t in, std::int64_t out, std::int64_t stride);
/// x [B, in, H, W]
graph::NodeId conv2d(graph::Graph& graph, graph::NodeId x, const std::string& name,
                     const Convolution& convolution);
/// With the statistics of the training as weights "running_mean" and "running_var".
graph::NodeId batch_norm(graph::Graph& graph, graph::NodeId x, const std::string& name,
                         std::int64_t channels);

graph::NodeId reshape(graph::Graph& graph, graph::NodeId x, graph::Integers shape);
graph::NodeId permute(graph::Graph& graph, graph::NodeId x, graph::Integers axes);
/// `count` indexes of the last axis, from `first`.
graph::NodeId slice_last(graph::Graph& graph, graph::NodeId x, std::int64_t first,
                         std::int64_t count);

/// Of one attention layer.
struct Heads {
  std::int64_t count = 0;
  std::int64_t width = 0;
};
/// softmax(scale q k^T) v step by step, as frameworks without a fused kernel write it. q, k, v are
/// [batch, tokens, heads * width]; so is the result.
graph::NodeId explicit_attention(graph::Graph& graph, graph::NodeId q, graph::NodeId k,
                                 graph::NodeId v, const Heads& heads);

}  // namespace assay::models
