// SPDX-License-Identifier: MIT
#include "engine/models/builders/decoder.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.h"
#include "engine/graph/types.h"

namespace assay::models {
namespace {

using graph::NodeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecoderConfig small_llama() {
  return {.vocabulary = 40,
          .width = 12,
          .depth = 2,
          .heads = 4,
          .kv_heads = 2,
          .head_width = 6,
          .mlp_width = 20,
          .is_llama = true,
          .has_tied_head = false};
}

std::vector<std::string> names_of(const graph::Graph& graph, NodeKind kind) {
  std::vector<std::string> names;
  for (const graph::NodeId id : graph.of_kind(kind))
    names.push_back(graph.node(id).name);
  return names;
}

std::int64_t count_of(const graph::Graph& graph, std::string_view op) {
  return std::ranges::count_if(graph.nodes(), [&](const graph::Node& node) {
    return node.op != nullptr && node.op->name == op;
  });
}

const graph::Bindings kSizes{{"batch", 3}, {"sequence", 5}, {"capacity", 16}};

std::string type_of(const graph::Graph& graph, graph::NodeId id) {
  const auto types = graph::infer_types(graph, kSizes);
  return types ? to_text((*types)[graph::index_of(id)]) : types.error().to_string();
}

TEST(Decoder, OfGpt2) {
  DecoderConfig config = gpt2_small();
  config.depth = 2;
  const auto graph = build_decoder(config);
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_THAT(names_of(*graph, NodeKind::kInput),
              ElementsAre("ids", "past", "counts", "last", "positions"));
  EXPECT_THAT(names_of(*graph, NodeKind::kState),
              ElementsAre("keys.0", "values.0", "keys.1", "values.1"));
  EXPECT_EQ(type_of(*graph, graph->of_kind(NodeKind::kState)[1]), "f32 3x12x16x64");
  ASSERT_EQ(graph->outputs().size(), 1U);
  EXPECT_EQ(type_of(*graph, graph->outputs()[0].node), "f32 3x50257");
  EXPECT_EQ(count_of(*graph, "layer_norm"), 5);
  EXPECT_EQ(count_of(*graph, "rotary"), 0);
  EXPECT_EQ(count_of(*graph, "embedding"), 2);
}

TEST(Decoder, OfLlama) {
  const auto graph = build_decoder(small_llama());
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_EQ(type_of(*graph, graph->of_kind(NodeKind::kState)[0]), "f32 3x2x16x6");
  EXPECT_EQ(count_of(*graph, "rms_norm"), 5);
  EXPECT_EQ(count_of(*graph, "rotary"), 4);
  EXPECT_EQ(count_of(*graph, "multiply"), 2);
  EXPECT_EQ(count_of(*graph, "add"), 4);
  for (const std::string& name : names_of(*graph, NodeKind::kWeight)) {
    EXPECT_FALSE(name.ends_with(".bias")) << name;
  }
}

TEST(Decoder, OfQwen) {
  DecoderConfig config = small_llama();
  config.has_qkv_bias = true;
  EXPECT_THAT(names_of(*build_decoder(config), NodeKind::kWeight),
              ::testing::AllOf(::testing::Contains("blocks.1.attention.k.bias"),
                               ::testing::Not(::testing::Contains("blocks.1.attention.out.bias"))));
  config.has_qkv_bias = false;
  config.has_head_norms = true;
  const auto graph = build_decoder(config);
  ASSERT_TRUE(graph.has_value());
  EXPECT_EQ(count_of(*graph, "rms_norm"), 5 + 4);
  EXPECT_EQ(type_of(*graph, graph->outputs()[0].node), "f32 3x40");
}

TEST(Decoder, GivesAllLogitsWhereAsked) {
  DecoderConfig config = small_llama();
  config.gives_all_logits = true;
  const auto graph = build_decoder(config);
  ASSERT_TRUE(graph.has_value());
  ASSERT_EQ(graph->outputs().size(), 2U);
  EXPECT_EQ(graph->outputs()[1].name, "all_logits");
  EXPECT_EQ(type_of(*graph, graph->outputs()[0].node), "f32 3x40");
  EXPECT_EQ(type_of(*graph, graph->outputs()[1].node), "f32 3x5x40");
}

TEST(Decoder, AnySoundSizesHaveTypes) {
  Random random(17);
  for (int i = 0; i < 60; ++i) {
    const auto draw = [&](std::uint64_t most) {
      return 1 + static_cast<std::int64_t>(random.below(most));
    };
    DecoderConfig config{.vocabulary = draw(50), .width = draw(30), .depth = draw(3)};
    config.kv_heads = draw(4);
    config.heads = config.kv_heads * draw(3);
    config.head_width = 2 * draw(5);
    config.mlp_width = draw(40);
    config.is_llama = random.coin();
    config.has_qkv_bias = random.coin();
    config.has_head_norms = random.coin();
    config.has_tied_head = random.coin();
    config.gives_all_logits = random.coin();
    config.cache = random.coin() ? tensor::DType::kF16 : tensor::DType::kF32;
    const auto graph = build_decoder(config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    const auto types = graph::infer_types(*graph, kSizes);
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
  }
}

TEST(Decoder, RotaryFrequenciesFallFromOne) {
  const std::vector<float> frequencies = rotary_frequencies(8, 10'000);
  ASSERT_EQ(frequencies.size(), 4U);
  EXPECT_FLOAT_EQ(frequencies[0], 1);
  EXPECT_FLOAT_EQ(frequencies[1], 0.1F);
  EXPECT_FLOAT_EQ(frequencies[2], 0.01F);
  EXPECT_FLOAT_EQ(frequencies[3], 0.001F);
}

TEST(Decoder, SaysWhatMakesNoModel) {
  const auto message = [](const DecoderConfig& config) {
    return build_decoder(config).error().message();
  };
  EXPECT_THAT(message({.heads = 12, .kv_heads = 5}),
              HasSubstr("heads is 12; expected a multiple of kv_heads"));
  EXPECT_THAT(message({.kv_heads = 0}), HasSubstr("kv_heads is 0"));
  EXPECT_THAT(message({.head_width = 5, .is_llama = true}),
              HasSubstr("head_width is 5; expected an even number"));
  EXPECT_THAT(message({.positions = 0}), HasSubstr("positions is 0"));
  EXPECT_THAT(message({.depth = 1 << 20}), HasSubstr("depth is 1048576; expected 0 to 2000"));
}

}  // namespace
}  // namespace assay::models
