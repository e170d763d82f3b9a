// SPDX-License-Identifier: MIT
// Checkpoints of every architecture, from files to logits, against the published formulas written
// out in double precision over the tensors as the files have them: nothing of ours is in between.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <map>

#include "by_hand.h"
#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/checkpoint.h"

namespace assay::tests {
namespace {

using models::Checkpoint;
using tensor::DType;
using tensor::HostTensor;

/// Random tensors; norms' weights are around 1, so that no signal dies or explodes.
Tensors random_tensors(const std::vector<std::pair<std::string, tensor::Dims>>& shapes) {
  Tensors tensors;
  Random random(61);
  for (const auto& [name, shape] : shapes) {
    HostTensor tensor = *HostTensor::create({DType::kF32, shape});
    const bool is_norm = shape.rank() == 1 && name.ends_with("weight");
    for (std::int64_t i = 0; i < *tensor::element_count(shape); ++i) {
      store_element(tensor.view(), i, (is_norm ? 1 : 0) + 0.3 * random.normal());
    }
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

class CheckpointModels : public ::testing::Test {
 protected:
  Checkpoint load(const std::string& config, const Tensors& tensors) {
    std::ofstream(folder_.path() / "config.json") << config;
    std::vector<std::pair<std::string, tensor::ConstAnyView>> views;
    for (const auto& [name, tensor] : tensors)
      views.emplace_back(name, tensor.view());
    std::ofstream(folder_.path() / "model.safetensors", std::ios::binary)
        << models::to_safetensors(views);
    auto checkpoint = models::load_checkpoint(folder_.path());
    EXPECT_TRUE(checkpoint.has_value()) << checkpoint.error().to_string();
    return std::move(*checkpoint);
  }

 private:
  codec::TemporaryFolder folder_{"checkpoints"};
};

/// One executable of the reference backend with its states.
class Runner {
 public:
  Runner(const Checkpoint& checkpoint, const graph::Bindings& bindings) {
    auto model = device_->load(checkpoint.graph, checkpoint.weights, {});
    EXPECT_TRUE(model.has_value()) << model.error().to_string();
    model_ = std::move(*model);
    prepare(bindings);
    for (const auto& [name, type] : executable_->signature().states) {
      states_.push_back(*HostTensor::create(type));
    }
  }
  void prepare(const graph::Bindings& bindings) {
    auto executable = model_->prepare(bindings);
    EXPECT_TRUE(executable.has_value()) << executable.error().to_string();
    executable_ = std::move(*executable);
  }

  /// The first output. Values are given by the names of the inputs.
  Matrix run(const std::map<std::string, std::vector<double>>& values) {
    const backend::Signature& signature = executable_->signature();
    std::vector<HostTensor> inputs;
    std::vector<HostTensor> outputs;
    for (const auto& [name, type] : signature.inputs) {
      inputs.push_back(*HostTensor::create(type));
      for (std::size_t i = 0; i < values.at(name).size(); ++i) {
        store_element(inputs.back().view(), static_cast<std::int64_t>(i), values.at(name)[i]);
      }
    }
    for (const auto& [name, type] : signature.outputs)
      outputs.push_back(*HostTensor::create(type));
    std::vector<tensor::ConstAnyView> in;
    std::vector<tensor::AnyView> states;
    std::vector<tensor::AnyView> out;
    for (const HostTensor& tensor : inputs)
      in.push_back(tensor.view());
    for (HostTensor& tensor : states_)
      states.push_back(tensor.view());
    for (HostTensor& tensor : outputs)
      out.push_back(tensor.view());
    const auto outcome = executable_->run({.inputs = in, .states = states, .outputs = out});
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return as_matrix(outputs.front());
  }

 private:
  std::unique_ptr<backend::Device> device_ = reference::make_reference_device();
  std::unique_ptr<backend::LoadedModel> model_;
  std::unique_ptr<backend::Executable> executable_;
  std::vector<HostTensor> states_;
};

void expect_row(const Matrix& got, std::int64_t row, const Matrix& want, std::int64_t want_row) {
  ASSERT_EQ(got.columns, want.columns);
  for (std::int64_t i = 0; i < got.columns; ++i) {
    EXPECT_NEAR(got.at(row, i), want.at(want_row, i), 2e-4) << "row " << row << ", column " << i;
  }
}

using Forward = Matrix (*)(const Tensors& tensors, const std::vector<int>& ids);

/// Two rows of different lengths in one batch, then one more token for each: padding, cache and
/// positions are all in it.
void expect_decoder(const Checkpoint& checkpoint, const Tensors& tensors, Forward forward) {
  std::vector<int> first{3, 1, 4, 1, 5};
  std::vector<int> second{9, 2, 6};
  Runner runner(checkpoint, {{"batch", 2}, {"sequence", 5}, {"capacity", 8}});
  const Matrix prefill = runner.run({{"ids", {3, 1, 4, 1, 5, 9, 2, 6, 0, 0}},
                                     {"past", {0, 0}},
                                     {"counts", {5, 3}},
                                     {"last", {4, 2}},
                                     {"positions", {0, 1, 2, 3, 4, 0, 1, 2, 0, 0}}});
  expect_row(prefill, 0, forward(tensors, first), 4);
  expect_row(prefill, 1, forward(tensors, second), 2);
  runner.prepare({{"batch", 2}, {"sequence", 1}, {"capacity", 8}});
  const Matrix step = runner.run({{"ids", {7, 8}},
                                  {"past", {5, 3}},
                                  {"counts", {1, 1}},
                                  {"last", {0, 0}},
                                  {"positions", {5, 3}}});
  first.push_back(7);
  second.push_back(8);
  expect_row(step, 0, forward(tensors, first), 5);
  expect_row(step, 1, forward(tensors, second), 3);
}

TEST_F(CheckpointModels, Gpt2) {
  std::vector<std::pair<std::string, tensor::Dims>> shapes{
      {"wte.weight", {11, 6}}, {"wpe.weight", {9, 6}}, {"ln_f.weight", {6}}, {"ln_f.bias", {6}}};
  for (const std::string block : {"h.0.", "h.1."}) {
    for (const auto& [name, in, out] : {std::tuple("attn.c_attn", 6, 18),
                                        {"attn.c_proj", 6, 6},
                                        {"mlp.c_fc", 6, 24},
                                        {"mlp.c_proj", 24, 6}}) {
      shapes.push_back({block + name + ".weight", {in, out}});
      shapes.push_back({block + name + ".bias", {out}});
    }
    for (const char* name : {"ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"}) {
      shapes.push_back({block + name, {6}});
    }
  }
  const Tensors tensors = random_tensors(shapes);
  const Checkpoint checkpoint =
      load(R"({"model_type": "gpt2", "n_embd": 6, "n_head": 2, "n_layer": 2, "n_positions": 9,
               "vocab_size": 11})",
           tensors);
  expect_decoder(checkpoint, tensors, gpt2_by_hand);
}

/// Width 6, four heads of 4 that share two of keys and values, a head of its own.
std::vector<std::pair<std::string, tensor::Dims>> llama_shapes() {
  std::vector<std::pair<std::string, tensor::Dims>> shapes{{"model.embed_tokens.weight", {11, 6}},
                                                           {"model.norm.weight", {6}},
                                                           {"lm_head.weight", {11, 6}}};
  for (const std::string block : {"model.layers.0.", "model.layers.1."}) {
    for (const auto& [name, in, out] : {std::tuple("self_attn.q_proj", 6, 16),
                                        {"self_attn.k_proj", 6, 8},
                                        {"self_attn.v_proj", 6, 8},
                                        {"self_attn.o_proj", 16, 6},
                                        {"mlp.gate_proj", 6, 10},
                                        {"mlp.up_proj", 6, 10},
                                        {"mlp.down_proj", 10, 6}}) {
      shapes.push_back({block + name + ".weight", {out, in}});
    }
    shapes.push_back({block + "input_layernorm.weight", {6}});
    shapes.push_back({block + "post_attention_layernorm.weight", {6}});
  }
  return shapes;
}

std::string llama_config(const std::string& type) {
  return R"({"model_type": ")" + type + R"(", "head_dim": 4, "hidden_size": 6, "vocab_size": 11,
    "intermediate_size": 10, "num_attention_heads": 4, "num_hidden_layers": 2, "rope_theta": 100,
    "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "tie_word_embeddings": false})";
}

TEST_F(CheckpointModels, Llama) {
  const Tensors tensors = random_tensors(llama_shapes());
  expect_decoder(load(llama_config("llama"), tensors), tensors, llama_by_hand);
}

TEST_F(CheckpointModels, Qwen2) {
  auto shapes = llama_shapes();
  for (const std::string block : {"model.layers.0.", "model.layers.1."}) {
    shapes.push_back({block + "self_attn.q_proj.bias", {16}});
    shapes.push_back({block + "self_attn.k_proj.bias", {8}});
    shapes.push_back({block + "self_attn.v_proj.bias", {8}});
  }
  const Tensors tensors = random_tensors(shapes);
  expect_decoder(load(llama_config("qwen2"), tensors), tensors, llama_by_hand);
}

TEST_F(CheckpointModels, Qwen3) {
  auto shapes = llama_shapes();
  for (const std::string block : {"model.layers.0.", "model.layers.1."}) {
    shapes.push_back({block + "self_attn.q_norm.weight", {4}});
    shapes.push_back({block + "self_attn.k_norm.weight", {4}});
  }
  const Tensors tensors = random_tensors(shapes);
  expect_decoder(load(llama_config("qwen3"), tensors), tensors, llama_by_hand);
}

/// What BERT and ViT share: width 6, MLP 10.
void add_encoder_layer(const std::string& layer, const std::string& attention,
                       std::vector<std::pair<std::string, tensor::Dims>>& shapes) {
  for (const auto& [name, in, out] : {std::tuple(attention + ".query", 6, 6),
                                      {attention + ".key", 6, 6},
                                      {attention + ".value", 6, 6},
                                      {std::string("attention.output.dense"), 6, 6},
                                      {std::string("intermediate.dense"), 6, 10},
                                      {std::string("output.dense"), 10, 6}}) {
    shapes.push_back({layer + name + ".weight", {out, in}});
    shapes.push_back({layer + name + ".bias", {out}});
  }
}

void add_norm(const std::string& name, std::vector<std::pair<std::string, tensor::Dims>>& shapes) {
  shapes.push_back({name + ".weight", {6}});
  shapes.push_back({name + ".bias", {6}});
}

TEST_F(CheckpointModels, Bert) {
  std::vector<std::pair<std::string, tensor::Dims>> shapes{
      {"embeddings.word_embeddings.weight", {11, 6}},
      {"embeddings.position_embeddings.weight", {9, 6}},
      {"embeddings.token_type_embeddings.weight", {2, 6}}};
  add_norm("embeddings.LayerNorm", shapes);
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    add_encoder_layer(layer, "attention.self", shapes);
    add_norm(layer + "attention.output.LayerNorm", shapes);
    add_norm(layer + "output.LayerNorm", shapes);
  }
  const Tensors tensors = random_tensors(shapes);
  const Checkpoint checkpoint =
      load(R"({"model_type": "bert", "hidden_size": 6, "intermediate_size": 10, "vocab_size": 11,
               "max_position_embeddings": 9, "num_attention_heads": 2, "num_hidden_layers": 2})",
           tensors);
  Runner runner(checkpoint, {{"batch", 2}, {"sequence", 5}});
  const Matrix hidden = runner.run({{"ids", {3, 1, 4, 1, 5, 9, 2, 6, 0, 0}},
                                    {"types", {0, 0, 1, 1, 1, 0, 1, 1, 0, 0}},
                                    {"positions", {0, 1, 2, 3, 4, 0, 1, 2, 0, 0}},
                                    {"lengths", {5, 3}}});
  const Matrix first = bert_by_hand(tensors, {3, 1, 4, 1, 5}, {0, 0, 1, 1, 1});
  const Matrix second = bert_by_hand(tensors, {9, 2, 6}, {0, 1, 1});
  for (std::int64_t i = 0; i < 5; ++i)
    expect_row(hidden, i, first, i);
  for (std::int64_t i = 0; i < 3; ++i)
    expect_row(hidden, 5 + i, second, i);
}

TEST_F(CheckpointModels, Vit) {
  std::vector<std::pair<std::string, tensor::Dims>> shapes{
      {"embeddings.cls_token", {1, 1, 6}},
      {"embeddings.position_embeddings", {1, 5, 6}},
      {"embeddings.patch_embeddings.projection.weight", {6, 3, 2, 2}},
      {"embeddings.patch_embeddings.projection.bias", {6}}};
  add_norm("layernorm", shapes);
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    add_encoder_layer(layer, "attention.attention", shapes);
    add_norm(layer + "layernorm_before", shapes);
    add_norm(layer + "layernorm_after", shapes);
  }
  const Tensors tensors = random_tensors(shapes);
  const Checkpoint checkpoint =
      load(R"({"model_type": "vit", "hidden_size": 6, "image_size": 4, "intermediate_size": 10,
               "num_attention_heads": 2, "num_hidden_layers": 2, "patch_size": 2})",
           tensors);
  std::vector<double> image;
  Random random(71);
  for (int i = 0; i < 3 * 4 * 4; ++i)
    image.push_back(static_cast<float>(random.normal()));
  Runner runner(checkpoint, {{"batch", 1}});
  const Matrix tokens = runner.run({{"image", image}});
  const Matrix want = vit_by_hand(tensors, image, 4, 2);
  for (std::int64_t i = 0; i < 5; ++i)
    expect_row(tokens, i, want, i);
}

}  // namespace
}  // namespace assay::tests
