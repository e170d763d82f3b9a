// SPDX-License-Identifier: MIT
// A checkpoint that nobody trained: a GPT-2 of two small blocks with random weights, whose tokens
// are the 256 bytes and "<|endoftext|>". For tests.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "engine/models/safetensors.h"
#include "engine/models/tokenizer/byte_alphabet.h"
#include "engine/tensor/host_tensor.h"

namespace assay::cli {

class InventedCheckpoint {
 public:
  static constexpr std::int64_t kWidth = 32;
  static constexpr std::int64_t kPositions = 48;
  static constexpr std::int64_t kVocabulary = 257;

  InventedCheckpoint() {
    write("config.json", format(R"({{"model_type": "gpt2", "n_embd": {}, "n_head": 2, "n_layer": 2,
  "n_positions": {}, "vocab_size": {}, "eos_token_id": 256}})",
                                kWidth, kPositions, kVocabulary));
    write("merges.txt", "#version: 0.2\n");
    codec::Node vocabulary = codec::Node::map();
    for (int byte = 0; byte < 256; ++byte)
      vocabulary.set(models::written_of_bytes(std::string(1, static_cast<char>(byte))), byte);
    vocabulary.set("<|endoftext|>", 256);
    write("vocab.json", codec::to_json(vocabulary));
    write_weights();
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  void write(const std::string& name, const std::string& text) const {
    const auto written = codec::write_file_atomically(path() / name, text);
    ASSAY_CHECK(written.has_value(), "a test can write its files");
  }

 private:
  using Dims = tensor::Dims;

  void write_weights() const {
    std::vector<std::pair<std::string, Dims>> shapes{{"wte.weight", {kVocabulary, kWidth}},
                                                     {"wpe.weight", {kPositions, kWidth}},
                                                     {"ln_f.weight", {kWidth}},
                                                     {"ln_f.bias", {kWidth}}};
    for (const char* block : {"h.0.", "h.1."}) {
      const auto layer = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        shapes.push_back({block + name + ".weight", {in, out}});
        shapes.push_back({block + name + ".bias", {out}});
      };
      layer("attn.c_attn", kWidth, 3 * kWidth);
      layer("attn.c_proj", kWidth, kWidth);
      layer("mlp.c_fc", kWidth, 4 * kWidth);
      layer("mlp.c_proj", 4 * kWidth, kWidth);
      for (const char* norm : {"ln_1", "ln_2"}) {
        shapes.push_back({format("{}{}.weight", block, norm), {kWidth}});
        shapes.push_back({format("{}{}.bias", block, norm), {kWidth}});
      }
    }
    std::map<std::string, tensor::HostTensor> tensors;
    std::vector<std::pair<std::string, tensor::ConstAnyView>> views;
    Random random(17);
    for (const auto& [name, shape] : shapes) {
      auto made = tensor::HostTensor::create({tensor::DType::kF32, shape});
      ASSAY_CHECK(made.has_value(), "a test has memory");
      for (std::int64_t i = 0; i < *tensor::element_count(shape); ++i)
        store_element(made->view(), i, random.normal() * 0.4);
      tensors.emplace(name, std::move(*made));
      views.emplace_back(name, std::as_const(tensors.at(name)).view());
    }
    write("model.safetensors", models::to_safetensors(views));
  }

  codec::TemporaryFolder folder_{"checkpoint"};
};

}  // namespace assay::cli
