// SPDX-License-Identifier: MIT
#include "engine/models/builders/encoder.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "engine/graph/types.h"

namespace assay::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const graph::Graph& graph, graph::NodeKind kind) {
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

TEST(Encoder, OfBert) {
  const auto graph = build_encoder({.depth = 2, .has_pooler = true});
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  EXPECT_THAT(names_of(*graph, graph::NodeKind::kInput), ElementsAre("ids", "types", "positions"));
  const auto types = graph::infer_types(*graph, {{"batch", 3}, {"sequence", 11}});
  ASSERT_TRUE(types.has_value()) << types.error().to_string();
  EXPECT_EQ(graph->outputs()[0].name, "hidden");
  EXPECT_EQ(to_text((*types)[graph::index_of(graph->outputs()[0].node)]), "f32 3x11x768");
  EXPECT_EQ(graph->outputs()[1].name, "pooled");
  EXPECT_EQ(to_text((*types)[graph::index_of(graph->outputs()[1].node)]), "f32 3x768");
  EXPECT_EQ(count_of(*graph, "layer_norm"), 5);
  EXPECT_EQ(count_of(*graph, "softmax"), 2);
}

TEST(Encoder, PaddedRowsHaveLengths) {
  const auto graph = build_encoder({.depth = 2, .is_padded = true});
  ASSERT_TRUE(graph.has_value());
  EXPECT_EQ(names_of(*graph, graph::NodeKind::kInput).back(), "lengths");
  EXPECT_EQ(count_of(*graph, "attention"), 2);
  EXPECT_EQ(count_of(*graph, "softmax"), 0);
  EXPECT_TRUE(graph::infer_types(*graph, {{"batch", 3}, {"sequence", 11}}).has_value());
}

TEST(Encoder, OfDjinnsSyntheticStack) {
  const auto graph = build_encoder({.width = 32,
                                    .depth = 2,
                                    .heads = 4,
                                    .mlp_width = 64,
                                    .activation = "relu",
                                    .epsilon = 1e-5,
                                    .has_embeddings = false});
  ASSERT_TRUE(graph.has_value());
  EXPECT_THAT(names_of(*graph, graph::NodeKind::kInput), ElementsAre("x"));
  EXPECT_EQ(names_of(*graph, graph::NodeKind::kWeight).size(), 2U * 16);
  EXPECT_EQ(count_of(*graph, "embedding"), 0);
}

TEST(Encoder, AnySoundSizesHaveTypes) {
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    EncoderConfig config;
    const auto draw = [&](std::uint64_t most) {
      return 1 + static_cast<std::int64_t>(random.below(most));
    };
    config.heads = draw(5);
    config.width = config.heads * draw(9);
    config.depth = draw(3) - 1;
    config.mlp_width = draw(40);
    config.vocabulary = draw(50);
    config.has_embeddings = random.coin();
    config.has_pooler = random.coin();
    config.is_padded = config.depth > 0 && random.coin();
    const auto graph = build_encoder(config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    const auto types = graph::infer_types(*graph, {{"batch", draw(4)}, {"sequence", draw(6)}});
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
  }
}

TEST(Encoder, SaysWhatMakesNoModel) {
  const auto message = [](const EncoderConfig& config) {
    return build_encoder(config).error().message();
  };
  EXPECT_THAT(message({.heads = 5}), HasSubstr("width is 768; expected a multiple of heads"));
  EXPECT_THAT(message({.heads = 0}), HasSubstr("heads is 0"));
  EXPECT_THAT(message({.depth = -1}), HasSubstr("depth is -1; expected 0 to 2000"));
  EXPECT_THAT(message({.types = 0}), HasSubstr("types is 0"));
}

}  // namespace
}  // namespace assay::models
