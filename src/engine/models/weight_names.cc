// SPDX-License-Identifier: MIT
#include "engine/models/weight_names.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/format.h"

namespace assay::models {
namespace {

/// `ours` and `theirs` without ".weight" or ".bias"; # stands for the number of a block.
struct Row {
  std::string_view ours;
  std::string_view theirs;
  bool is_transposed = false;
  int part = 0;
  int part_count = 1;
};

constexpr Row kGpt2[] = {
    {"tokens", "wte"},
    {"positions", "wpe"},
    {"norm", "ln_f"},
    {"head", "lm_head"},
    {"blocks.#.attention.norm", "h.#.ln_1"},
    {"blocks.#.attention.q", "h.#.attn.c_attn", true, 0, 3},
    {"blocks.#.attention.k", "h.#.attn.c_attn", true, 1, 3},
    {"blocks.#.attention.v", "h.#.attn.c_attn", true, 2, 3},
    {"blocks.#.attention.out", "h.#.attn.c_proj", true},
    {"blocks.#.mlp.norm", "h.#.ln_2"},
    {"blocks.#.mlp.up", "h.#.mlp.c_fc", true},
    {"blocks.#.mlp.down", "h.#.mlp.c_proj", true},
};

constexpr Row kLlama[] = {
    {"tokens", "embed_tokens"},
    {"norm", "norm"},
    {"head", "lm_head"},
    {"blocks.#.attention.norm", "layers.#.input_layernorm"},
    {"blocks.#.attention.q", "layers.#.self_attn.q_proj"},
    {"blocks.#.attention.k", "layers.#.self_attn.k_proj"},
    {"blocks.#.attention.v", "layers.#.self_attn.v_proj"},
    {"blocks.#.attention.q_norm", "layers.#.self_attn.q_norm"},
    {"blocks.#.attention.k_norm", "layers.#.self_attn.k_norm"},
    {"blocks.#.attention.out", "layers.#.self_attn.o_proj"},
    {"blocks.#.mlp.norm", "layers.#.post_attention_layernorm"},
    {"blocks.#.mlp.gate", "layers.#.mlp.gate_proj"},
    {"blocks.#.mlp.up", "layers.#.mlp.up_proj"},
    {"blocks.#.mlp.down", "layers.#.mlp.down_proj"},
};

constexpr Row kBert[] = {
    {"embeddings.ids", "embeddings.word_embeddings"},
    {"embeddings.types", "embeddings.token_type_embeddings"},
    {"embeddings.positions", "embeddings.position_embeddings"},
    {"embeddings.norm", "embeddings.LayerNorm"},
    {"pooler", "pooler.dense"},
    {"blocks.#.attention.q", "encoder.layer.#.attention.self.query"},
    {"blocks.#.attention.k", "encoder.layer.#.attention.self.key"},
    {"blocks.#.attention.v", "encoder.layer.#.attention.self.value"},
    {"blocks.#.attention.out", "encoder.layer.#.attention.output.dense"},
    {"blocks.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    {"blocks.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    {"blocks.#.mlp.down", "encoder.layer.#.output.dense"},
    {"blocks.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
};

constexpr Row kVit[] = {
    {"cls", "embeddings.cls_token"},
    {"positions", "embeddings.position_embeddings"},
    {"patch.embedding", "embeddings.patch_embeddings.projection"},
    {"norm", "layernorm"},
    {"head", "classifier"},
    {"blocks.#.attention.norm", "encoder.layer.#.layernorm_before"},
    {"blocks.#.attention.q", "encoder.layer.#.attention.attention.query"},
    {"blocks.#.attention.k", "encoder.layer.#.attention.attention.key"},
    {"blocks.#.attention.v", "encoder.layer.#.attention.attention.value"},
    {"blocks.#.attention.out", "encoder.layer.#.attention.output.dense"},
    {"blocks.#.mlp.norm", "encoder.layer.#.layernorm_after"},
    {"blocks.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    {"blocks.#.mlp.down", "encoder.layer.#.output.dense"},
};

struct Names {
  std::span<const Row> rows;
  std::string_view prefix;  ///< Of files that a larger class saved.
};

Names names_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::kBert:
      return {kBert, "bert."};
    case Architecture::kGpt2:
      return {kGpt2, "transformer."};
    case Architecture::kLlama:
    case Architecture::kQwen2:
    case Architecture::kQwen3:
      return {kLlama, "model."};
    case Architecture::kVit:
      return {kVit, "vit."};
  }
  return {};  // Not reached: -Wswitch keeps the list complete.
}

/// "blocks.12.mlp.up.weight" in its parts: "blocks.#.mlp.up", "12", ".weight".
struct Parts {
  std::string stem;
  std::string block;
  std::string suffix;
};

Parts parts_of(std::string_view name) {
  Parts parts{std::string(name), "", ""};
  for (const std::string_view suffix : {".weight", ".bias"}) {
    if (!name.ends_with(suffix)) continue;
    parts.suffix = suffix;
    parts.stem.resize(name.size() - suffix.size());
  }
  constexpr std::string_view kBlocks = "blocks.";
  if (parts.stem.starts_with(kBlocks)) {
    const std::size_t end = parts.stem.find('.', kBlocks.size());
    parts.block = parts.stem.substr(kBlocks.size(), end - kBlocks.size());
    parts.stem.replace(kBlocks.size(), parts.block.size(), "#");
  }
  return parts;
}

}  // namespace

WeightSource find_weight_source(Architecture architecture, std::string_view name) {
  const Names names = names_of(architecture);
  const Parts parts = parts_of(name);
  const auto row = std::ranges::find(names.rows, parts.stem, &Row::ours);
  ASSAY_CHECK(row != names.rows.end(), "every weight of the builders has its name in checkpoints");
  std::string theirs(row->theirs);
  if (const std::size_t mark = theirs.find('#'); mark != std::string::npos) {
    theirs.replace(mark, 1, parts.block);
  }
  WeightSource source{.names = {theirs + parts.suffix},
                      .is_transposed = row->is_transposed && parts.suffix == ".weight",
                      .part = row->part,
                      .part_count = row->part_count};
  if (theirs.ends_with("LayerNorm")) {  // As TensorFlow's checkpoints were converted.
    source.names.push_back(theirs + (parts.suffix == ".weight" ? ".gamma" : ".beta"));
  }
  for (std::size_t i = source.names.size(); i > 0; --i) {
    source.names.push_back(std::string(names.prefix) + source.names[i - 1]);
  }
  return source;
}

}  // namespace assay::models
