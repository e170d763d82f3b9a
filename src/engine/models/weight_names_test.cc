// SPDX-License-Identifier: MIT
#include "engine/models/weight_names.h"

#include <gmock/gmock.h>

namespace assay::models {
namespace {

using ::testing::ElementsAre;

TEST(WeightNames, AreThoseOfPublishedCheckpoints) {
  struct Case {
    Architecture architecture;
    const char* ours;
    const char* theirs;
  };
  for (const Case& c : {
           Case{Architecture::kGpt2, "tokens.weight", "wte.weight"},
           Case{Architecture::kGpt2, "blocks.11.mlp.down.bias", "h.11.mlp.c_proj.bias"},
           Case{Architecture::kGpt2, "blocks.0.attention.norm.weight", "h.0.ln_1.weight"},
           Case{Architecture::kGpt2, "norm.bias", "ln_f.bias"},
           Case{Architecture::kLlama, "head.weight", "lm_head.weight"},
           Case{Architecture::kLlama, "blocks.3.mlp.gate.weight", "layers.3.mlp.gate_proj.weight"},
           Case{Architecture::kLlama, "blocks.3.mlp.norm.weight",
                "layers.3.post_attention_layernorm.weight"},
           Case{Architecture::kQwen2, "blocks.3.attention.v.bias",
                "layers.3.self_attn.v_proj.bias"},
           Case{Architecture::kQwen3, "blocks.3.attention.k_norm.weight",
                "layers.3.self_attn.k_norm.weight"},
           Case{Architecture::kBert, "embeddings.ids.weight", "embeddings.word_embeddings.weight"},
           Case{Architecture::kBert, "blocks.7.mlp.norm.weight",
                "encoder.layer.7.output.LayerNorm.weight"},
           Case{Architecture::kBert, "pooler.weight", "pooler.dense.weight"},
           Case{Architecture::kVit, "cls", "embeddings.cls_token"},
           Case{Architecture::kVit, "patch.embedding.weight",
                "embeddings.patch_embeddings.projection.weight"},
           Case{Architecture::kVit, "blocks.7.attention.norm.bias",
                "encoder.layer.7.layernorm_before.bias"},
           Case{Architecture::kVit, "head.weight", "classifier.weight"},
       }) {
    EXPECT_EQ(find_weight_source(c.architecture, c.ours).names.front(), c.theirs);
  }
}

TEST(WeightNames, OtherClassesSavedThemUnderAPrefix) {
  EXPECT_THAT(find_weight_source(Architecture::kLlama, "norm.weight").names,
              ElementsAre("norm.weight", "model.norm.weight"));
  EXPECT_THAT(find_weight_source(Architecture::kBert, "embeddings.norm.bias").names,
              ElementsAre("embeddings.LayerNorm.bias", "embeddings.LayerNorm.beta",
                          "bert.embeddings.LayerNorm.beta", "bert.embeddings.LayerNorm.bias"));
}

TEST(WeightNames, Gpt2KeepsThreeInOneTransposed) {
  const WeightSource weight =
      find_weight_source(Architecture::kGpt2, "blocks.2.attention.v.weight");
  EXPECT_EQ(weight.names.front(), "h.2.attn.c_attn.weight");
  EXPECT_TRUE(weight.is_transposed);
  EXPECT_EQ(weight.part, 2);
  EXPECT_EQ(weight.part_count, 3);
  EXPECT_FALSE(find_weight_source(Architecture::kGpt2, "blocks.2.attention.v.bias").is_transposed);
  EXPECT_FALSE(
      find_weight_source(Architecture::kLlama, "blocks.2.attention.v.weight").is_transposed);
}

/// Every weight that a builder writes has its name: none of these ends the program.
TEST(WeightNames, EveryWeightHasOne) {
  const DecoderConfig gpt2{.depth = 1, .has_tied_head = false};
  const DecoderConfig qwen{
      .depth = 1, .is_llama = true, .has_head_norms = true, .has_tied_head = false};
  const EncoderConfig bert{.depth = 1, .has_pooler = true};
  const VitConfig vit{.kind = VitKind::kPublished, .depth = 1, .classes = 5};
  for (const auto& [architecture, config] :
       {std::pair<Architecture, ModelConfig>{Architecture::kGpt2, gpt2},
        {Architecture::kQwen3, qwen},
        {Architecture::kBert, bert},
        {Architecture::kVit, vit}}) {
    const auto graph = build(config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    for (const graph::NodeId id : graph->of_kind(graph::NodeKind::kWeight)) {
      const std::string& name = graph->node(id).name;
      if (name == "frequencies") continue;  // Calculated.
      EXPECT_FALSE(find_weight_source(architecture, name).names.empty()) << name;
    }
  }
}

}  // namespace
}  // namespace assay::models
