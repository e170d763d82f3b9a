// SPDX-License-Identifier: MIT
// To add an architecture: (1) its enumerator and one line in kArchitectures; (2) a function that
// reads its settings; (3) the names of its tensors in weight_names.cc; (4) a checkpoint in
// checkpoint_test.cc.
#include "engine/models/huggingface.h"

#include <algorithm>
#include <array>

#include "core/codec/json.h"
#include "core/nearest.h"
#include "engine/models/builders/sizes.h"
#include "engine/models/rotary_scaling.h"
#include "engine/models/settings.h"

namespace assay::models {
namespace {

using Read = Result<HuggingFaceModel> (*)(const Settings& settings);

/// An error unless the setting is one of the words, or missing and the default is.
Result<void> check_word(const Settings& settings, std::string_view key, std::string by_default,
                        std::initializer_list<std::string_view> known) {
  ASSAY_TRY(const std::string word, settings.text(key, std::move(by_default)));
  if (std::ranges::find(known, word) != known.end()) return {};
  std::string list;
  for (const std::string_view name : known)
    list += format("{}{}", list.empty() ? "" : ", ", name);
  return settings.unsupported(key, list);
}

Result<void> check_flag(const Settings& settings, std::string_view key, bool wanted,
                        bool by_default) {
  ASSAY_TRY(const bool flag, settings.flag(key, by_default));
  if (flag == wanted) return {};
  return settings.unsupported(key, wanted ? "true" : "false");
}

/// An id or a list of them.
Result<std::vector<TokenId>> read_stop_tokens(const Settings& settings) {
  std::vector<TokenId> tokens;
  const codec::Node* node = settings.find("eos_token_id");
  if (node == nullptr) return tokens;
  const std::vector<codec::Node> single{*node};
  for (const codec::Node& item : node->is_list() ? node->items() : single) {
    const std::int64_t* id = item.as_integer();
    if (id == nullptr || *id < 0 || *id >= kVocabularyMax) {
      return settings.expected("eos_token_id", "a token id or a list of them");
    }
    tokens.push_back(static_cast<TokenId>(*id));
  }
  return tokens;
}

Result<HuggingFaceModel> read_gpt2(const Settings& s) {
  for (const char* key : {"scale_attn_by_inverse_layer_idx", "add_cross_attention"}) {
    ASSAY_TRY_VOID(check_flag(s, key, false, false));
  }
  ASSAY_TRY_VOID(check_flag(s, "scale_attn_weights", true, true));
  ASSAY_TRY_VOID(
      check_word(s, "activation_function", "gelu_new", {"gelu_new", "gelu_pytorch_tanh"}));
  DecoderConfig config;
  ASSAY_TRY(config.vocabulary, s.integer("vocab_size", 1, kVocabularyMax));
  ASSAY_TRY(config.width, s.integer("n_embd", 1, kSizeMax));
  ASSAY_TRY(config.depth, s.integer("n_layer", 0, kDepthMax));
  ASSAY_TRY(config.heads, s.integer("n_head", 1, kSizeMax));
  ASSAY_TRY(config.positions, s.integer("n_positions", 1, kSizeMax, 1024));
  ASSAY_TRY(config.mlp_width, s.integer("n_inner", 1, kSizeMax, 4 * config.width));
  ASSAY_TRY(config.epsilon, s.number("layer_norm_epsilon", 1e-5));
  ASSAY_TRY(config.has_tied_head, s.flag("tie_word_embeddings", true));
  ASSAY_TRY_VOID(check_divides("gpt2", {"n_head", config.heads}, {"n_embd", config.width}));
  config.kv_heads = config.heads;
  config.head_width = config.width / config.heads;
  return HuggingFaceModel{.architecture = Architecture::kGpt2,
                          .config = config,
                          .frequencies = {},
                          .tokens_max = config.positions,
                          .stop_tokens = {}};
}

/// What Llama and Qwen share.
Result<HuggingFaceModel> read_llama(const Settings& s, Architecture architecture) {
  ASSAY_TRY_VOID(check_word(s, "hidden_act", "silu", {"silu"}));
  for (const char* key : {"attention_bias", "mlp_bias", "use_sliding_window"}) {
    ASSAY_TRY_VOID(check_flag(s, key, false, false));
  }
  DecoderConfig config{.is_llama = true};
  ASSAY_TRY(config.vocabulary, s.integer("vocab_size", 1, kVocabularyMax));
  ASSAY_TRY(config.width, s.integer("hidden_size", 1, kSizeMax));
  ASSAY_TRY(config.depth, s.integer("num_hidden_layers", 0, kDepthMax));
  ASSAY_TRY(config.heads, s.integer("num_attention_heads", 1, kSizeMax));
  ASSAY_TRY(config.kv_heads, s.integer("num_key_value_heads", 1, kSizeMax, config.heads));
  ASSAY_TRY(config.head_width, s.integer("head_dim", 2, kSizeMax, config.width / config.heads));
  ASSAY_TRY(config.mlp_width, s.integer("intermediate_size", 1, kSizeMax));
  ASSAY_TRY(config.epsilon, s.number("rms_norm_eps", 1e-6));
  ASSAY_TRY(config.has_tied_head, s.flag("tie_word_embeddings", false));
  config.has_qkv_bias = architecture == Architecture::kQwen2;
  config.has_head_norms = architecture == Architecture::kQwen3;
  HuggingFaceModel model{.architecture = architecture,
                         .config = config,
                         .frequencies = {},
                         .tokens_max = 0,
                         .stop_tokens = {}};
  ASSAY_TRY(model.tokens_max, s.integer("max_position_embeddings", 1, kSizeMax, 2048));
  ASSAY_TRY(model.frequencies, read_rotary_frequencies(s, config.head_width));
  return model;
}

Result<HuggingFaceModel> read_bert(const Settings& s) {
  ASSAY_TRY_VOID(check_word(s, "hidden_act", "gelu", {"gelu"}));
  ASSAY_TRY_VOID(check_word(s, "position_embedding_type", "absolute", {"absolute"}));
  ASSAY_TRY_VOID(check_flag(s, "is_decoder", false, false));
  EncoderConfig config{.has_pooler = true, .is_padded = true};
  ASSAY_TRY(config.vocabulary, s.integer("vocab_size", 1, kVocabularyMax));
  ASSAY_TRY(config.width, s.integer("hidden_size", 1, kSizeMax));
  ASSAY_TRY(config.depth, s.integer("num_hidden_layers", 0, kDepthMax));
  ASSAY_TRY(config.heads, s.integer("num_attention_heads", 1, kSizeMax));
  ASSAY_TRY(config.mlp_width, s.integer("intermediate_size", 1, kSizeMax));
  ASSAY_TRY(config.positions, s.integer("max_position_embeddings", 1, kSizeMax, 512));
  ASSAY_TRY(config.types, s.integer("type_vocab_size", 1, kSizeMax, 2));
  ASSAY_TRY(config.epsilon, s.number("layer_norm_eps", 1e-12));
  return HuggingFaceModel{.architecture = Architecture::kBert,
                          .config = config,
                          .frequencies = {},
                          .tokens_max = config.positions,
                          .stop_tokens = {}};
}

Result<HuggingFaceModel> read_vit(const Settings& s) {
  ASSAY_TRY_VOID(check_word(s, "hidden_act", "gelu", {"gelu"}));
  ASSAY_TRY_VOID(check_flag(s, "qkv_bias", true, true));
  if (s.has("num_channels")) {
    ASSAY_TRY(const std::int64_t channels, s.integer("num_channels", 1, kSizeMax));
    if (channels != 3) return s.unsupported("num_channels", "3");
  }
  VitConfig config{.kind = VitKind::kPublished};
  ASSAY_TRY(config.width, s.integer("hidden_size", 1, kSizeMax));
  ASSAY_TRY(config.depth, s.integer("num_hidden_layers", 0, kDepthMax));
  ASSAY_TRY(config.heads, s.integer("num_attention_heads", 1, kSizeMax));
  ASSAY_TRY(config.mlp_width, s.integer("intermediate_size", 1, kSizeMax));
  ASSAY_TRY(config.side, s.integer("image_size", 1, kSizeMax, 224));
  ASSAY_TRY(config.patch, s.integer("patch_size", 1, kSizeMax, 16));
  ASSAY_TRY(config.epsilon, s.number("layer_norm_eps", 1e-12));
  ASSAY_TRY_VOID(
      check_divides("vit", {"num_attention_heads", config.heads}, {"hidden_size", config.width}));
  config.head_width = config.width / config.heads;
  return HuggingFaceModel{.architecture = Architecture::kVit,
                          .config = config,
                          .frequencies = {},
                          .tokens_max = 0,
                          .stop_tokens = {}};
}

struct KnownArchitecture {
  Architecture architecture;
  std::string_view name;
  Read read;
};

constexpr std::array<KnownArchitecture, 6> kArchitectures{{
    {Architecture::kBert, "bert", read_bert},
    {Architecture::kGpt2, "gpt2", read_gpt2},
    {Architecture::kLlama, "llama",
     [](const Settings& s) { return read_llama(s, Architecture::kLlama); }},
    {Architecture::kQwen2, "qwen2",
     [](const Settings& s) { return read_llama(s, Architecture::kQwen2); }},
    {Architecture::kQwen3, "qwen3",
     [](const Settings& s) { return read_llama(s, Architecture::kQwen3); }},
    {Architecture::kVit, "vit", read_vit},
}};

/// Settings of generation that change its result, with the value at which they do not.
struct Unfollowed {
  std::string_view key;
  double neutral;
};
constexpr std::array<Unfollowed, 9> kUnfollowed{{{"repetition_penalty", 1},
                                                 {"num_beams", 1},
                                                 {"no_repeat_ngram_size", 0},
                                                 {"typical_p", 1},
                                                 {"min_p", 0},
                                                 {"epsilon_cutoff", 0},
                                                 {"eta_cutoff", 0},
                                                 {"penalty_alpha", 0},
                                                 {"length_penalty", 1}}};

}  // namespace

std::string_view to_text(Architecture architecture) {
  return std::ranges::find(kArchitectures, architecture, &KnownArchitecture::architecture)->name;
}

Result<graph::Graph> build(const ModelConfig& config) {
  if (const auto* decoder = std::get_if<DecoderConfig>(&config)) return build_decoder(*decoder);
  if (const auto* encoder = std::get_if<EncoderConfig>(&config)) return build_encoder(*encoder);
  return build_vit(std::get<VitConfig>(config));
}

Result<HuggingFaceModel> parse_huggingface_config(std::string_view text, const std::string& file) {
  ASSAY_TRY(const Settings settings, Settings::parse(text, file));
  ASSAY_TRY(const std::string name, settings.text("model_type", ""));
  const auto* known = std::ranges::find(kArchitectures, name, &KnownArchitecture::name);
  if (known == kArchitectures.end()) {
    std::vector<std::string> names;
    for (const KnownArchitecture& entry : kArchitectures)
      names.emplace_back(entry.name);
    return Error::user("{}: model_type: {}", file, unknown_name("architecture", name, names));
  }
  ASSAY_TRY(HuggingFaceModel model, known->read(settings).context("in {}", file));
  ASSAY_TRY(model.stop_tokens, read_stop_tokens(settings));
  return model;
}

Result<GenerationSettings> parse_generation_config(std::string_view text, const std::string& file) {
  ASSAY_TRY(const Settings settings, Settings::parse(text, file));
  GenerationSettings generation;
  ASSAY_TRY(generation.stop_tokens, read_stop_tokens(settings));
  ASSAY_TRY(const bool samples, settings.flag("do_sample", false));
  if (samples) {
    constexpr std::int64_t kTopK = 50;  // Hugging Face's default where the file is silent.
    ASSAY_TRY(generation.sampling.temperature, settings.number("temperature", 1));
    ASSAY_TRY(generation.sampling.top_k, settings.integer("top_k", 0, kVocabularyMax, kTopK));
    ASSAY_TRY(generation.sampling.top_p, settings.number("top_p", 1));
    ASSAY_TRY_VOID(check_sampling_options(generation.sampling).context("in {}", file));
  }
  for (const Unfollowed& setting : kUnfollowed) {
    ASSAY_TRY(const double value, settings.number(setting.key, setting.neutral));
    if (value != setting.neutral) {
      generation.not_followed.push_back(format("{} = {}", setting.key, value));
    }
  }
  return generation;
}

}  // namespace assay::models
