// SPDX-License-Identifier: MIT
#include "engine/models/huggingface.h"

#include <gmock/gmock.h>

#include "engine/models/builders/parameters.h"

namespace assay::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the published files say, as far as it decides the model.
constexpr const char* kGpt2 = R"({"activation_function": "gelu_new", "architectures":
  ["GPT2LMHeadModel"], "bos_token_id": 50256, "eos_token_id": 50256, "layer_norm_epsilon": 1e-05,
  "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
  "n_positions": 1024, "vocab_size": 50257})";
constexpr const char* kLlama = R"({"model_type": "llama", "attention_bias": false, "eos_token_id":
  [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
  "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
  "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "rms_norm_eps":
  1e-05, "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
  "original_max_position_embeddings": 8192, "rope_type": "llama3"}, "rope_theta": 500000.0,
  "tie_word_embeddings": true, "vocab_size": 128256})";
constexpr const char* kQwen2 = R"({"model_type": "qwen2", "eos_token_id": 151643, "hidden_act":
  "silu", "hidden_size": 896, "intermediate_size": 4864, "max_position_embeddings": 32768,
  "num_attention_heads": 14, "num_hidden_layers": 24, "num_key_value_heads": 2, "rms_norm_eps":
  1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": true,
  "use_sliding_window": false, "vocab_size": 151936})";
constexpr const char* kQwen3 = R"({"model_type": "qwen3", "attention_bias": false, "eos_token_id":
  151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072,
  "max_position_embeddings": 40960, "num_attention_heads": 16, "num_hidden_layers": 28,
  "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
  "tie_word_embeddings": true, "use_sliding_window": false, "vocab_size": 151936})";
constexpr const char* kBert = R"({"model_type": "bert", "hidden_act": "gelu", "hidden_size": 768,
  "intermediate_size": 3072, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
  "num_attention_heads": 12, "num_hidden_layers": 12, "type_vocab_size": 2, "vocab_size": 30522})";
constexpr const char* kVit = R"({"model_type": "vit", "hidden_act": "gelu", "hidden_size": 768,
  "image_size": 224, "intermediate_size": 3072, "layer_norm_eps": 1e-12, "num_attention_heads": 12,
  "num_channels": 3, "num_hidden_layers": 12, "patch_size": 16, "qkv_bias": true})";

HuggingFaceModel parsed(const char* json) {
  auto model = parse_huggingface_config(json, "config.json");
  EXPECT_TRUE(model.has_value()) << model.error().to_string();
  return std::move(*model);
}

TEST(HuggingFaceConfig, PublishedFilesGiveTheirModels) {
  struct Case {
    const char* json;
    Architecture architecture;
    std::int64_t parameters;  ///< As the model cards count them.
    std::int64_t tokens_max;
  };
  for (const Case& c : {
           Case{kGpt2, Architecture::kGpt2, 124'439'808, 1024},
           Case{kLlama, Architecture::kLlama, 1'235'814'400, 131'072},
           Case{kQwen2, Architecture::kQwen2, 494'032'768, 32'768},
           Case{kQwen3, Architecture::kQwen3, 596'049'920, 40'960},
           Case{kBert, Architecture::kBert, 109'482'240, 512},
           Case{kVit, Architecture::kVit, 85'798'656, 0},
       }) {
    SCOPED_TRACE(to_text(c.architecture));
    const HuggingFaceModel model = parsed(c.json);
    EXPECT_EQ(model.architecture, c.architecture);
    EXPECT_EQ(model.tokens_max, c.tokens_max);
    const auto graph = build(model.config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    EXPECT_EQ(parameter_count(*graph), c.parameters);
  }
}

TEST(HuggingFaceConfig, DetailsThatDoNotShowInTheCount) {
  EXPECT_THAT(parsed(kLlama).stop_tokens, ElementsAre(128001, 128008, 128009));
  EXPECT_THAT(parsed(kGpt2).stop_tokens, ElementsAre(50256));
  EXPECT_THAT(parsed(kBert).stop_tokens, IsEmpty());
  EXPECT_EQ(parsed(kLlama).frequencies.size(), 32U);
  EXPECT_EQ(parsed(kQwen3).frequencies.size(), 64U);
  EXPECT_THAT(parsed(kGpt2).frequencies, IsEmpty());
  EXPECT_DOUBLE_EQ(std::get<DecoderConfig>(parsed(kQwen2).config).epsilon, 1e-6);
  EXPECT_DOUBLE_EQ(std::get<EncoderConfig>(parsed(kBert).config).epsilon, 1e-12);
  EXPECT_EQ(std::get<VitConfig>(parsed(kVit).config).kind, VitKind::kPublished);
}

TEST(HuggingFaceConfig, WhatWeCannotDoIsSaid) {
  struct Case {
    const char* json;
    const char* from;
    const char* to;
    const char* message;
  };
  for (const Case& c : {
           Case{kGpt2, "\"gpt2\"", "\"gpt3\"",
                "model_type: unknown architecture: gpt3; did you mean gpt2? known: bert, gpt2, "},
           Case{kGpt2, "\"gpt2\"", "7", "model_type: expected a text, got 7"},
           Case{kGpt2, "gelu_new", "relu", "activation_function is \"relu\"; known: gelu_new"},
           Case{kGpt2, "\"n_embd\": 768", "\"n_embd\": 769",
                "n_embd is 769; expected a multiple of n_head"},
           Case{kGpt2, "\"n_embd\": 768", "\"n_embd\": -1", "n_embd: expected an integer in 1.."},
           Case{kGpt2, "\"n_embd\": 768,", "",
                "n_embd: expected an integer in 1..16777216, got nothing"},
           Case{kGpt2, "\"n_layer\": 12", "\"n_layer\": 1e3", "n_layer: expected an integer"},
           Case{kGpt2, "\"eos_token_id\": 50256", "\"eos_token_id\": \"x\"",
                "eos_token_id: expected a token id or a list of them"},
           Case{kLlama, "\"silu\"", "\"gelu\"", "hidden_act is \"gelu\"; known: silu"},
           Case{kLlama, "\"attention_bias\": false", "\"attention_bias\": true",
                "attention_bias is true; known: false"},
           Case{kLlama, "\"llama3\"", "\"yarn\"", "known: default, linear, llama3"},
           Case{kQwen2, "\"use_sliding_window\": false", "\"use_sliding_window\": true",
                "use_sliding_window is true"},
           Case{kBert, "\"model_type\"", "\"is_decoder\": true, \"model_type\"",
                "is_decoder is true"},
           Case{kVit, "\"num_channels\": 3", "\"num_channels\": 1", "num_channels is 1; known: 3"},
           Case{kVit, "\"qkv_bias\": true", "\"qkv_bias\": false",
                "qkv_bias is false; known: true"},
       }) {
    SCOPED_TRACE(c.to);
    std::string json = c.json;
    const std::size_t at = json.find(c.from);
    ASSERT_NE(at, std::string::npos) << c.from;
    json.replace(at, std::string_view(c.from).size(), c.to);
    const auto model = parse_huggingface_config(json, "m/config.json");
    ASSERT_FALSE(model.has_value());
    EXPECT_THAT(model.error().to_string(), HasSubstr(c.message));
    EXPECT_THAT(model.error().to_string(), HasSubstr("m/config.json"));
  }
}

TEST(GenerationConfig, IsGreedyUnlessItSamples) {
  const auto read = [](const char* json) {
    auto settings = parse_generation_config(json, "generation_config.json");
    EXPECT_TRUE(settings.has_value()) << settings.error().to_string();
    return std::move(*settings);
  };
  EXPECT_EQ(read("{}").sampling.temperature, 0);
  EXPECT_EQ(read(R"({"temperature": 0.7})").sampling.temperature, 0);
  const GenerationSettings qwen = read(R"({"do_sample": true, "temperature": 0.7, "top_k": 20,
      "top_p": 0.8, "repetition_penalty": 1.05, "eos_token_id": [1, 2]})");
  EXPECT_EQ(qwen.sampling, (SamplingOptions{.temperature = 0.7, .top_k = 20, .top_p = 0.8}));
  EXPECT_THAT(qwen.stop_tokens, ElementsAre(1, 2));
  EXPECT_THAT(qwen.not_followed, ElementsAre("repetition_penalty = 1.05"));
  EXPECT_EQ(read(R"({"do_sample": true})").sampling.top_k, 50);
}

TEST(GenerationConfig, SaysWhatIsWrong) {
  const auto message = [](const char* json) {
    return parse_generation_config(json, "g.json").error().to_string();
  };
  EXPECT_THAT(message(R"({"do_sample": true, "top_p": 2})"), HasSubstr("top_p has to be above 0"));
  EXPECT_THAT(message(R"({"do_sample": 1})"), HasSubstr("do_sample: expected true or false"));
  EXPECT_THAT(message(R"({"eos_token_id": [1, -2]})"), HasSubstr("eos_token_id"));
  EXPECT_THAT(message("[]"), HasSubstr("g.json: expected a map"));
}

}  // namespace
}  // namespace assay::models
