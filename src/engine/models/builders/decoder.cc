// SPDX-License-Identifier: MIT
#include "engine/models/builders/decoder.h"

#include <array>
#include <cmath>

#include "engine/models/builders/layers.h"

namespace assay::models {
namespace {

using graph::Graph;
using graph::kAbsent;
using graph::NodeId;
using tensor::DType;

/// What every block reads besides the tokens.
struct Surroundings {
  NodeId past = kAbsent;
  NodeId counts = kAbsent;
  NodeId positions = kAbsent;
  NodeId frequencies = kAbsent;
};

class DecoderBuilder {
 public:
  explicit DecoderBuilder(const DecoderConfig& config)
      : config_(config), bias_(config.is_llama ? Bias::kNone : Bias::kPresent) {}

  Graph build();

 private:
  NodeId norm(NodeId x, const std::string& name) {
    return config_.is_llama ? rms_norm(graph_, x, name, config_.width, config_.epsilon)
                            : layer_norm(graph_, x, name, config_.width, config_.epsilon);
  }
  NodeId attention(NodeId x, std::int64_t block);
  NodeId mlp(NodeId x, const std::string& name);
  NodeId rotated(NodeId x);

  const DecoderConfig& config_;
  const Bias bias_;
  Graph graph_;
  Surroundings around_;
};

NodeId DecoderBuilder::rotated(NodeId x) {
  if (!config_.is_llama) return x;
  return graph_.op("rotary", {x, around_.positions, around_.frequencies}, {{"pairing", "halves"}});
}

NodeId DecoderBuilder::attention(NodeId x, std::int64_t block) {
  const std::string name = format("blocks.{}.attention", block);
  const auto heads_of = [&](const char* part, std::int64_t heads) {
    const NodeId merged = linear(graph_, x, format("{}.{}", name, part), config_.width,
                                 heads * config_.head_width, bias_);
    return reshape(graph_, merged, {0, 0, heads, config_.head_width});
  };
  const NodeId q = rotated(heads_of("q", config_.heads));
  const NodeId k = rotated(heads_of("k", config_.kv_heads));
  const NodeId v = heads_of("v", config_.kv_heads);
  const auto cache = [&](const char* what) {
    return graph_.state(format("{}.{}", what, block), config_.cache,
                        {"batch", config_.kv_heads, "capacity", config_.head_width});
  };
  const double scale = 1.0 / std::sqrt(static_cast<double>(config_.head_width));
  const NodeId attended = graph_.op(
      "cached_attention", {q, k, v, around_.past, around_.counts, cache("keys"), cache("values")},
      {{"scale", scale}}, name);
  const std::int64_t inner = config_.heads * config_.head_width;
  return linear(graph_, reshape(graph_, attended, {0, 0, inner}), name + ".out", inner,
                config_.width, bias_);
}

NodeId DecoderBuilder::mlp(NodeId x, const std::string& name) {
  const auto up = [&](const char* part) {
    return linear(graph_, x, format("{}.{}", name, part), config_.width, config_.mlp_width, bias_);
  };
  NodeId hidden;
  if (config_.is_llama) {
    const NodeId gate = graph_.op("activation", {up("gate")}, {{"kind", "silu"}});
    hidden = graph_.op("multiply", {gate, up("up")});
  } else {
    hidden = graph_.op("activation", {up("up")}, {{"kind", "gelu_tanh"}});
  }
  return linear(graph_, hidden, name + ".down", config_.mlp_width, config_.width, bias_);
}

Graph DecoderBuilder::build() {
  const NodeId ids = graph_.input("ids", DType::kI32, {"batch", "sequence"});
  around_.past = graph_.input("past", DType::kI32, {"batch"});
  around_.counts = graph_.input("counts", DType::kI32, {"batch"});
  const NodeId last = graph_.input("last", DType::kI32, {"batch"});
  around_.positions = graph_.input("positions", DType::kI32, {"batch", "sequence"});
  const NodeId table =
      graph_.weight("tokens.weight", {DType::kF32, {config_.vocabulary, config_.width}});
  NodeId x = graph_.op("embedding", {table, ids});
  if (config_.is_llama) {
    around_.frequencies = graph_.weight("frequencies", {DType::kF32, {config_.head_width / 2}});
  } else {
    const NodeId learned =
        graph_.weight("positions.weight", {DType::kF32, {config_.positions, config_.width}});
    x = graph_.op("add", {x, graph_.op("embedding", {learned, around_.positions})});
  }
  for (std::int64_t i = 0; i < config_.depth; ++i) {
    const std::string name = format("blocks.{}", i);
    x = graph_.op("add", {attention(norm(x, name + ".attention.norm"), i), x});
    x = graph_.op("add", {mlp(norm(x, name + ".mlp.norm"), name + ".mlp"), x});
  }
  x = graph_.op("take_rows", {norm(x, "norm"), last});
  if (config_.has_tied_head) {
    x = graph_.op("linear", {x, table}, {}, "head");
  } else {
    x = linear(graph_, x, "head", config_.width, config_.vocabulary, Bias::kNone);
  }
  graph_.output("logits", x);
  return std::move(graph_);
}

}  // namespace

DecoderConfig gpt2_small() {
  return {};
}

Result<Graph> build_decoder(const DecoderConfig& config) {
  const std::array<std::pair<const char*, std::int64_t>, 7> sizes{
      {{"vocabulary", config.vocabulary},
       {"width", config.width},
       {"heads", config.heads},
       {"kv_heads", config.kv_heads},
       {"head_width", config.head_width},
       {"mlp_width", config.mlp_width},
       {"positions", config.is_llama ? 1 : config.positions}}};
  constexpr std::int64_t kSizeMax = 1 << 24;
  for (const auto& [name, size] : sizes) {
    if (size < 1 || size > kSizeMax) {
      return Error::user("decoder: {} is {}, expected 1 to {}", name, size, kSizeMax);
    }
  }
  if (config.depth < 0 || config.depth > kSizeMax) {
    return Error::user("decoder: depth is {}, expected 0 to {}", config.depth, kSizeMax);
  }
  if (config.heads % config.kv_heads != 0) {
    return Error::user("decoder: {} heads do not share {} heads of keys and values evenly",
                       config.heads, config.kv_heads);
  }
  if (config.is_llama && config.head_width % 2 != 0) {
    return Error::user("decoder: heads of width {} have no pairs to rotate", config.head_width);
  }
  return DecoderBuilder(config).build();
}

std::vector<float> rotary_frequencies(std::int64_t head_width, double base) {
  std::vector<float> frequencies;
  for (std::int64_t i = 0; i < head_width / 2; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(head_width);
    frequencies.push_back(static_cast<float>(std::pow(base, exponent)));
  }
  return frequencies;
}

}  // namespace assay::models
