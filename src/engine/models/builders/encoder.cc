// SPDX-License-Identifier: MIT
#include "engine/models/builders/encoder.h"

#include <cmath>

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::kAbsent;
using graph::NodeId;
using tensor::DType;

class EncoderBuilder {
 public:
  explicit EncoderBuilder(const EncoderConfig& config) : config_(config) {}
  Graph build();

 private:
  NodeId norm(NodeId x, const std::string& name) {
    return layer_norm(graph_, x, name, config_.width, config_.epsilon);
  }
  NodeId embed();
  NodeId attend(NodeId x, const std::string& name);
  NodeId block(NodeId x, const std::string& name);

  const EncoderConfig& config_;
  Graph graph_;
  NodeId lengths_ = kAbsent;
};

NodeId EncoderBuilder::embed() {
  const auto part = [&](const char* name, std::int64_t count) {
    const NodeId table =
        graph_.weight(format("embeddings.{}.weight", name), {DType::kF32, {count, config_.width}});
    return graph_.op("embedding", {table, graph_.input(name, DType::kI32, {"batch", "sequence"})});
  };
  NodeId x = graph_.op("add", {part("ids", config_.vocabulary), part("types", config_.types)});
  x = graph_.op("add", {x, part("positions", config_.positions)});
  return norm(x, "embeddings.norm");
}

NodeId EncoderBuilder::attend(NodeId x, const std::string& name) {
  const auto part = [&](const char* which) {
    return linear(graph_, x, format("{}.{}", name, which), config_.width, config_.width);
  };
  const Heads heads{config_.heads, config_.width / config_.heads};
  const NodeId q = part("q");
  const NodeId k = part("k");
  const NodeId v = part("v");
  if (lengths_ == kAbsent) return explicit_attention(graph_, q, k, v, heads);
  const auto split = [&](NodeId merged) {
    return reshape(graph_, merged, {0, 0, heads.count, heads.width});
  };
  const double scale = 1.0 / std::sqrt(static_cast<double>(heads.width));
  const NodeId attended =
      graph_.op("attention", {split(q), split(k), split(v), lengths_}, {{"scale", scale}});
  return reshape(graph_, attended, {0, 0, config_.width});
}

NodeId EncoderBuilder::block(NodeId x, const std::string& name) {
  const NodeId attended = linear(graph_, attend(x, name + ".attention"), name + ".attention.out",
                                 config_.width, config_.width);
  x = norm(graph_.op("add", {attended, x}), name + ".attention.norm");
  NodeId hidden = linear(graph_, x, name + ".mlp.up", config_.width, config_.mlp_width);
  hidden = activation(graph_, hidden, config_.activation);
  hidden = linear(graph_, hidden, name + ".mlp.down", config_.mlp_width, config_.width);
  return norm(graph_.op("add", {hidden, x}), name + ".mlp.norm");
}

Graph EncoderBuilder::build() {
  NodeId x = config_.has_embeddings
                 ? embed()
                 : graph_.input("x", DType::kF32, {"batch", "sequence", config_.width});
  if (config_.is_padded) lengths_ = graph_.input("lengths", DType::kI32, {"batch"});
  for (std::int64_t i = 0; i < config_.depth; ++i)
    x = block(x, format("blocks.{}", i));
  graph_.output("hidden", x);
  if (config_.has_pooler) {
    NodeId first = graph_.op("slice", {x}, {{"axis", 1}, {"first", 0}, {"count", 1}});
    first = reshape(graph_, first, {0, config_.width});
    first = linear(graph_, first, "pooler", config_.width, config_.width);
    graph_.output("pooled", activation(graph_, first, "tanh"));
  }
  return std::move(graph_);
}

}  // namespace

Result<Graph> build_encoder(const EncoderConfig& config) {
  ASSAY_TRY_VOID(check_sizes("encoder", {{"width", config.width},
                                         {"depth", config.depth, 0, kDepthMax},
                                         {"heads", config.heads},
                                         {"mlp_width", config.mlp_width}}));
  ASSAY_TRY_VOID(check_divides("encoder", {"heads", config.heads}, {"width", config.width}));
  if (config.has_embeddings) {
    ASSAY_TRY_VOID(check_sizes("encoder", {{"vocabulary", config.vocabulary},
                                           {"positions", config.positions},
                                           {"types", config.types}}));
  }
  return EncoderBuilder(config).build();
}

}  // namespace assay::models
