// SPDX-License-Identifier: MIT
#include "engine/models/builders/decoder.h"

#include <cmath>

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

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
  NodeId rotated(NodeId x, const std::string& name);
  void add_logits(NodeId x, NodeId table, NodeId last);

  const DecoderConfig& config_;
  const Bias bias_;
  Graph graph_;
  Surroundings around_;
};

/// What q and k go through before they meet: [batch, sequence, heads, head_width].
NodeId DecoderBuilder::rotated(NodeId x, const std::string& name) {
  if (!config_.is_llama) return x;
  if (config_.has_head_norms) {
    x = rms_norm(graph_, x, name + "_norm", config_.head_width, config_.epsilon);
  }
  return graph_.op("rotary", {x, around_.positions, around_.frequencies}, {{"pairing", "halves"}});
}

NodeId DecoderBuilder::attention(NodeId x, std::int64_t block) {
  const std::string name = format("blocks.{}.attention", block);
  const auto heads_of = [&](const char* part, std::int64_t heads) {
    const NodeId merged =
        linear(graph_, x, format("{}.{}", name, part), config_.width, heads * config_.head_width,
               config_.has_qkv_bias ? Bias::kPresent : bias_);
    return reshape(graph_, merged, {0, 0, heads, config_.head_width});
  };
  const NodeId q = rotated(heads_of("q", config_.heads), name + ".q");
  const NodeId k = rotated(heads_of("k", config_.kv_heads), name + ".k");
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
    const NodeId gate = activation(graph_, up("gate"), "silu");
    hidden = graph_.op("multiply", {gate, up("up")});
  } else {
    hidden = activation(graph_, up("up"), "gelu_tanh");
  }
  return linear(graph_, hidden, name + ".down", config_.mlp_width, config_.width, bias_);
}

void DecoderBuilder::add_logits(NodeId x, NodeId table, NodeId last) {
  const auto head = [&](NodeId hidden) {
    if (config_.has_tied_head) return graph_.op("linear", {hidden, table}, {}, "head");
    return linear(graph_, hidden, "head", config_.width, config_.vocabulary, Bias::kNone);
  };
  if (!config_.gives_all_logits) {
    return graph_.output("logits", head(graph_.op("take_rows", {x, last})));
  }
  const NodeId all = head(x);
  graph_.output("logits", graph_.op("take_rows", {all, last}));
  graph_.output("all_logits", all);
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
  add_logits(norm(x, "norm"), table, last);
  return std::move(graph_);
}

}  // namespace

DecoderConfig gpt2_small() {
  return {};
}

DecoderConfig llama_1b() {
  return {.vocabulary = 128'256,
          .width = 2048,
          .depth = 16,
          .heads = 32,
          .kv_heads = 8,
          .head_width = 64,
          .mlp_width = 8192,
          .is_llama = true};
}

Result<Graph> build_decoder(const DecoderConfig& config) {
  ASSAY_TRY_VOID(check_sizes("decoder", {{"vocabulary", config.vocabulary},
                                         {"width", config.width},
                                         {"depth", config.depth, 0, kDepthMax},
                                         {"heads", config.heads},
                                         {"kv_heads", config.kv_heads},
                                         {"head_width", config.head_width},
                                         {"mlp_width", config.mlp_width}}));
  ASSAY_TRY_VOID(check_divides("decoder", {"kv_heads", config.kv_heads}, {"heads", config.heads}));
  if (config.is_llama && config.head_width % 2 != 0) {
    return Error::user("decoder: head_width is {}; expected an even number, for rotary pairs",
                       config.head_width);
  }
  if (!config.is_llama) {
    ASSAY_TRY_VOID(check_sizes("decoder", {{"positions", config.positions}}));
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
