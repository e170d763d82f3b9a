// SPDX-License-Identifier: MIT
// The settings of a checkpoint of Hugging Face: config.json as the settings of our builders, and
// generation_config.json. What a setting asks for and we do not calculate is an error, so that a
// model is either the one that was trained or none.
//
//   ASSAY_TRY(HuggingFaceModel model, parse_huggingface_config(text, "gpt2/config.json"));
//   ASSAY_TRY(graph::Graph graph, build(model.config));
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.h"
#include "engine/models/builders/decoder.h"
#include "engine/models/builders/encoder.h"
#include "engine/models/builders/vit.h"
#include "engine/models/sampling.h"

namespace assay::models {

enum class Architecture : std::uint8_t { kBert, kGpt2, kLlama, kQwen2, kQwen3, kVit };
std::string_view to_text(Architecture architecture);  ///< As in config.json: "gpt2".

using ModelConfig = std::variant<DecoderConfig, EncoderConfig, VitConfig>;
Result<graph::Graph> build(const ModelConfig& config);

struct HuggingFaceModel {
  Architecture architecture = Architecture::kGpt2;
  ModelConfig config;
  std::vector<float> frequencies;  ///< Rotary ones, scaled as the settings say; empty without.
  std::int64_t tokens_max = 0;     ///< The longest sequence it was made for; 0 for pictures.
  std::vector<TokenId> stop_tokens;
};
/// `file` names the text in messages.
Result<HuggingFaceModel> parse_huggingface_config(std::string_view text, const std::string& file);

struct GenerationSettings {
  SamplingOptions sampling{.temperature = 0};  ///< Greedy unless the file says otherwise.
  std::vector<TokenId> stop_tokens;
  std::vector<std::string> not_followed;  ///< What we do not do: "repetition_penalty = 1.05".
};
Result<GenerationSettings> parse_generation_config(std::string_view text, const std::string& file);

}  // namespace assay::models
