// SPDX-License-Identifier: MIT
#include "engine/models/checkpoint.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "engine/graph/types.h"
#include "engine/models/weight_names.h"
#include "engine/tensor/half.h"

namespace assay::models {
namespace {

using tensor::ConstAnyView;
using tensor::DType;
using tensor::HostTensor;
using ::testing::HasSubstr;

constexpr const char* kGpt2 = R"({"model_type": "gpt2", "n_embd": 6, "n_head": 2, "n_layer": 2,
  "n_positions": 5, "vocab_size": 11, "eos_token_id": 10})";
constexpr const char* kQwen3 = R"({"model_type": "qwen3", "head_dim": 4, "hidden_size": 6,
  "intermediate_size": 8, "num_attention_heads": 4, "num_hidden_layers": 2,
  "num_key_value_heads": 2, "vocab_size": 11})";
constexpr const char* kQwen2 = R"({"model_type": "qwen2", "hidden_size": 8,
  "intermediate_size": 8, "num_attention_heads": 4, "num_hidden_layers": 1,
  "num_key_value_heads": 2, "vocab_size": 11, "tie_word_embeddings": true})";
constexpr const char* kLlama = R"({"model_type": "llama", "hidden_size": 8,
  "intermediate_size": 8, "num_attention_heads": 4, "num_hidden_layers": 1, "vocab_size": 11})";
constexpr const char* kBert = R"({"model_type": "bert", "hidden_size": 6, "intermediate_size": 8,
  "max_position_embeddings": 7, "num_attention_heads": 2, "num_hidden_layers": 2,
  "vocab_size": 11})";
constexpr const char* kVit = R"({"model_type": "vit", "hidden_size": 6, "image_size": 8,
  "intermediate_size": 8, "num_attention_heads": 2, "num_hidden_layers": 2, "patch_size": 4})";

using Tensors = std::map<std::string, HostTensor>;

float& element(HostTensor& tensor, std::int64_t index) {
  return static_cast<float*>(tensor.view().data)[index];
}

/// Puts a weight where checkpoints have it, element by element: slow and obvious.
void put(Tensors& tensors, const HostTensor& weight, const WeightSource& source,
         const std::string& name) {
  const tensor::Dims& shape = weight.type().shape;
  tensor::Dims stored = shape;
  if (stored.rank() > 0) stored[0] *= source.part_count;
  if (source.is_transposed) stored = {stored[1], stored[0]};
  if (!tensors.contains(name)) tensors.emplace(name, *HostTensor::create({DType::kF32, stored}));
  HostTensor& target = tensors.at(name);
  const std::int64_t count = *tensor::element_count(shape);
  const std::int64_t columns =
      shape.rank() == 2 ? shape[1] : count / std::max<std::int64_t>(shape[0], 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i / columns + source.part * shape[0];
    const std::int64_t column = i % columns;
    const std::int64_t at =
        source.is_transposed ? column * stored[1] + row : row * columns + column;
    element(target, at) = static_cast<const float*>(weight.view().data)[i];
  }
}

class CheckpointFolder : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder() / name, std::ios::binary) << bytes;
  }
  void write(const Tensors& tensors) {
    std::vector<std::pair<std::string, ConstAnyView>> views;
    for (const auto& [name, tensor] : tensors)
      views.emplace_back(name, tensor.view());
    write("model.safetensors", to_safetensors(views));
  }
  std::string message() {
    const auto checkpoint = load_checkpoint(folder());
    return checkpoint ? "no error" : checkpoint.error().to_string();
  }
  const std::filesystem::path& folder() { return folder_.path(); }

 private:
  codec::TemporaryFolder folder_{"checkpoint"};
};

/// The weights of a model with random numbers, and the tensors of its checkpoint, each under its
/// first or its last name.
struct Made {
  graph::Weights weights;
  Tensors tensors;
};
Made make(const HuggingFaceModel& model, bool first_names) {
  const auto graph = build(model.config);
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  Made made{std::move(*graph::seeded_weights(*graph, 5)), {}};
  for (const auto& [name, weight] : made.weights.entries()) {
    if (name == "frequencies") continue;
    const WeightSource source = find_weight_source(model.architecture, name);
    put(made.tensors, *weight, source, first_names ? source.names.front() : source.names.back());
  }
  return made;
}

TEST_F(CheckpointFolder, EveryArchitectureLoadsItsWeights) {
  for (const char* config : {kGpt2, kQwen3, kQwen2, kLlama, kBert, kVit}) {
    for (const bool first_names : {true, false}) {
      SCOPED_TRACE(config);
      const auto model = parse_huggingface_config(config, "config.json");
      ASSERT_TRUE(model.has_value()) << model.error().to_string();
      const Made made = make(*model, first_names);
      write("config.json", config);
      write(made.tensors);
      const auto checkpoint = load_checkpoint(folder());
      ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
      EXPECT_EQ(checkpoint->weights.entries().size(), made.weights.entries().size());
      for (const auto& [name, weight] : made.weights.entries()) {
        if (name == "frequencies") continue;
        const HostTensor& loaded = **checkpoint->weights.find(name);
        EXPECT_EQ(loaded.type(), weight->type()) << name;
        EXPECT_TRUE(std::ranges::equal(loaded.bytes(), weight->bytes())) << name;
      }
    }
  }
}

// Against numbers written out by hand, not against our own inverse.
TEST_F(CheckpointFolder, Gpt2IsTurnedAndCutAsItsConv1D) {
  const auto model = parse_huggingface_config(kGpt2, "config.json");
  Made made = make(*model, true);
  HostTensor& merged = made.tensors.at("h.1.attn.c_attn.weight");
  ASSERT_EQ(to_text(merged.type()), "f32 6x18");
  for (int i = 0; i < 6 * 18; ++i)
    element(merged, i) = static_cast<float>(i);
  write("config.json", kGpt2);
  write(made.tensors);
  const auto checkpoint = load_checkpoint(folder());
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
  const auto k = (*checkpoint->weights.find("blocks.1.attention.k.weight"))->view().as<float>();
  // Output 0 of k is column 6 of [in, out]; its input 2 is row 2.
  EXPECT_EQ(k.at(0, 0), 6);
  EXPECT_EQ(k.at(0, 2), 2 * 18 + 6);
  EXPECT_EQ(k.at(5, 0), 11);
}

TEST_F(CheckpointFolder, HalvesBecomeFloats) {
  for (const DType dtype : {DType::kF16, DType::kBf16}) {
    const auto model = parse_huggingface_config(kLlama, "config.json");
    Made made = make(*model, true);
    for (auto& [name, tensor] : made.tensors) {
      HostTensor half = *HostTensor::create({dtype, tensor.type().shape});
      for (std::int64_t i = 0; i < *tensor::element_count(tensor.type().shape); ++i) {
        store_element(half.view(), i, element(tensor, i));
      }
      tensor = std::move(half);
    }
    write("config.json", kLlama);
    write(made.tensors);
    const auto checkpoint = load_checkpoint(folder());
    ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
    for (const auto& [name, tensor] : made.tensors) {
      if (name != "layers.0.mlp.up_proj.weight") continue;
      const HostTensor& loaded = **checkpoint->weights.find("blocks.0.mlp.up.weight");
      for (std::int64_t i = 0; i < *tensor::element_count(tensor.type().shape); ++i) {
        EXPECT_EQ(load_element(loaded.view(), i), load_element(std::as_const(tensor).view(), i));
      }
    }
  }
}

TEST_F(CheckpointFolder, PartsThatOnlySomeFilesHave) {
  auto model = parse_huggingface_config(kVit, "config.json");
  std::get<VitConfig>(model->config).classes = 3;
  write("config.json", kVit);
  write(make(*model, false).tensors);
  EXPECT_EQ(std::get<VitConfig>(load_checkpoint(folder())->model.config).classes, 3);

  Made bert = make(*parse_huggingface_config(kBert, "config.json"), true);
  bert.tensors.erase("pooler.dense.weight");
  bert.tensors.erase("pooler.dense.bias");
  write("config.json", kBert);
  write(bert.tensors);
  const auto checkpoint = load_checkpoint(folder());
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
  EXPECT_EQ(checkpoint->graph.outputs().size(), 1U);
}

TEST_F(CheckpointFolder, GenerationStopsWhereEitherFileSays) {
  write("config.json", kGpt2);
  write(make(*parse_huggingface_config(kGpt2, "config.json"), true).tensors);
  EXPECT_THAT(load_checkpoint(folder())->generation.stop_tokens, ::testing::ElementsAre(10));
  write("generation_config.json", R"({"eos_token_id": [3, 4], "do_sample": true})");
  const auto checkpoint = load_checkpoint(folder());
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
  EXPECT_THAT(checkpoint->generation.stop_tokens, ::testing::ElementsAre(3, 4));
  EXPECT_EQ(checkpoint->generation.sampling.top_k, 50);
}

TEST_F(CheckpointFolder, WhatIsMissingOrDoesNotFitIsSaid) {
  EXPECT_THAT(message(), HasSubstr("no such file"));
  write("config.json", kGpt2);
  EXPECT_THAT(message(), HasSubstr("neither model.safetensors nor"));
  Made made = make(*parse_huggingface_config(kGpt2, "config.json"), true);
  write(made.tensors);
  EXPECT_EQ(message(), "no error");
  made.tensors.at("ln_f.bias") = *HostTensor::create({DType::kF32, {7}});
  write(made.tensors);
  EXPECT_THAT(message(),
              HasSubstr(R"(tensor "ln_f.bias" is 7; the settings of the model ask for 6)"));
  EXPECT_THAT(message(), HasSubstr("for the weight norm.bias"));
  made.tensors.at("ln_f.bias") = *HostTensor::create({DType::kI32, {6}});
  write(made.tensors);
  EXPECT_THAT(message(), HasSubstr(R"(tensor "ln_f.bias" is I32; expected F32, F16 or BF16)"));
  made.tensors.erase("ln_f.bias");
  made.tensors.emplace("ln_g.bias", *HostTensor::create({DType::kF32, {6}}));
  write(made.tensors);
  EXPECT_THAT(message(), HasSubstr(R"(no tensor "ln_f.bias"; did you mean "ln_g.bias"?)"));
}

// Settings that ask for terabytes are refused by comparison with the file, before memory is spent.
TEST_F(CheckpointFolder, HugeSettingsCostNothing) {
  write(make(*parse_huggingface_config(kGpt2, "config.json"), true).tensors);
  write("config.json", R"({"model_type": "gpt2", "n_embd": 16777216, "n_head": 1, "n_layer": 2000,
    "n_inner": 4,
    "vocab_size": 4194304})");
  EXPECT_THAT(message(), HasSubstr("the settings of the model ask for 4194304x16777216"));
}

}  // namespace
}  // namespace assay::models
