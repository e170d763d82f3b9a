// SPDX-License-Identifier: MIT
// To add a model: (1) its settings beside its builder; (2) one line in kModels; (3) its counts in
// model_list_test.cc.
#include "engine/models/model_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "core/nearest.h"
#include "engine/models/builders/cnn.h"
#include "engine/models/builders/decoder.h"
#include "engine/models/builders/encoder.h"
#include "engine/models/builders/mlp.h"
#include "engine/models/builders/resnet.h"
#include "engine/models/builders/single_op.h"
#include "engine/models/builders/sizes.h"
#include "engine/models/builders/vit.h"

namespace assay::models {
namespace {

using graph::Graph;

struct Request {
  std::string name;       ///< Without the side.
  std::int64_t side = 0;  ///< Of pictures.
};
using Build = Result<Graph> (*)(const Request& request);

struct Model {
  ListedModel listed;
  Build build;
};

template <std::int64_t kDepth>
Result<Graph> build_listed_resnet(const Request& request) {
  return build_resnet({.depth = kDepth, .side = request.side});
}

/// Three numbers behind a prefix, as 2, 512, 8 in "encoder2x512x8".
Result<std::array<std::int64_t, 3>> parse_three(std::string_view name, std::string_view prefix,
                                                std::string_view expected) {
  std::array<std::int64_t, 3> numbers{};
  const char* at = name.data() + prefix.size();
  const char* const end = name.data() + name.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool is_last = i + 1 == numbers.size();
    const bool goes_on = is_last ? next == end : next != end && *next == 'x';
    if (error != std::errc() || !goes_on) {
      return Error::user("no model: {}; expected {}", name, expected);
    }
    at = next + 1;
  }
  return numbers;
}

/// "mlp512-512-128": the widths from the input to the output.
Result<std::vector<std::int64_t>> parse_widths(std::string_view name) {
  std::vector<std::int64_t> widths;
  const char* at = name.data() + std::string_view("mlp").size();
  const char* const end = name.data() + name.size();
  while (true) {
    std::int64_t width = 0;
    const auto [next, error] = std::from_chars(at, end, width);
    if (error != std::errc()) break;
    widths.push_back(width);
    at = next;
    if (at == end) return widths;
    if (*at++ != '-') break;
  }
  return Error::user("no MLP: {}; expected mlp<input>-<hidden>-...-<output>, as in mlp512-512-128",
                     name);
}

Result<Graph> build_listed_mlp(const Request& request) {
  ASSAY_TRY(std::vector<std::int64_t> widths, parse_widths(request.name));
  if (widths.size() < 2)
    return Error::user("no MLP: {}; expected two widths or more", request.name);
  MlpConfig config{.input = widths.front(), .hidden = {}, .output = widths.back()};
  config.hidden.assign(widths.begin() + 1, widths.end() - 1);
  return build_mlp(config);
}

Result<Graph> build_listed_vit(const Request& request) {
  ASSAY_TRY(const VitConfig config, parse_vit(request.name, request.side));
  return build_vit(config);
}

Result<Graph> build_vit_b16(const Request& request) {
  VitConfig config = vit_b16();
  config.side = request.side;
  return build_vit(config);
}

Result<Graph> build_listed_cnn(const Request& request) {
  return build_cnn({.side = request.side});
}

Result<Graph> build_listed_gemm(const Request& request) {
  ASSAY_TRY(const GemmConfig config, parse_gemm(request.name));
  return build_gemm(config);
}

Result<Graph> build_listed_convolution(const Request& request) {
  ASSAY_TRY(const ConvolutionConfig config, parse_convolution(request.name, request.side));
  return build_convolution(config);
}

Result<Graph> build_gpt2(const Request&) {
  return build_decoder(gpt2_small());
}

/// sshleifer/tiny-gpt2, which Djinn's experiment loads: GPT-2's vocabulary and two of all else.
Result<Graph> build_tiny_gpt2(const Request&) {
  return build_decoder(
      {.width = 2, .depth = 2, .heads = 2, .kv_heads = 2, .head_width = 1, .mlp_width = 8});
}

Result<Graph> build_llama(const Request&) {
  return build_decoder(llama_1b());
}

Result<Graph> build_bert(const Request&) {
  return build_encoder({.has_pooler = true});
}

/// Djinn's synthetic transformers are stacks of PyTorch's encoder layers over hidden vectors.
Result<Graph> build_stack(std::int64_t width, std::int64_t depth, std::int64_t heads) {
  return build_encoder({.width = width,
                        .depth = depth,
                        .heads = heads,
                        .mlp_width = 4 * width,
                        .activation = "relu",
                        .epsilon = 1e-5,
                        .has_embeddings = false});
}

Result<Graph> build_llama_like(const Request&) {
  return build_stack(2048, 12, 16);
}

Result<Graph> build_bert_like(const Request&) {
  return build_stack(1024, 6, 8);
}

Result<Graph> build_listed_encoder(const Request& request) {
  ASSAY_TRY(const auto sizes, parse_three(request.name, "encoder",
                                          "encoder<depth>x<width>x<heads>, as in encoder2x512x8"));
  const auto& [depth, width, heads] = sizes;
  ASSAY_TRY_VOID(check_sizes("encoder", {{"width", width}}));
  return build_stack(width, depth, heads);
}

Result<Graph> build_listed_decoder(const Request& request) {
  ASSAY_TRY(const auto sizes,
            parse_three(request.name, "gpt2_", "gpt2_<depth>x<width>x<heads>, as in gpt2_6x384x6"));
  const auto& [depth, width, heads] = sizes;
  ASSAY_TRY_VOID(check_sizes("decoder", {{"width", width}, {"heads", heads}}));
  ASSAY_TRY_VOID(check_divides("decoder", {"heads", heads}, {"width", width}));
  return build_decoder({.width = width,
                        .depth = depth,
                        .heads = heads,
                        .kv_heads = heads,
                        .head_width = width / heads,
                        .mlp_width = 4 * width});
}

/// One addition: what an op costs where it does next to nothing.
Result<Graph> build_add(const Request&) {
  Graph graph;
  const auto a = graph.input("a", tensor::DType::kF32, {"batch", 1});
  const auto b = graph.input("b", tensor::DType::kF32, {"batch", 1});
  graph.output("sum", graph.op("add", {a, b}));
  return graph;
}

const std::vector<Model>& models() {
  static const std::vector<Model> list{
      {{"gpt2", "GPT-2 with 124 million parameters"}, build_gpt2},
      {{"gpt2_tiny", "GPT-2's vocabulary, two blocks of width 2"}, build_tiny_gpt2},
      {{"llama_1b", "the structure and sizes of Llama 3.2 1B"}, build_llama},
      {{"bert_base", "BERT, 12 blocks of width 768, with its pooler"}, build_bert},
      {{"vit_b16", "the published ViT-B/16, 1000 classes", true}, build_vit_b16},
      {{"resnet18", "ResNet-18, 1000 classes", true}, build_listed_resnet<18>},
      {{"resnet34", "ResNet-34, 1000 classes", true}, build_listed_resnet<34>},
      {{"resnet50", "ResNet-50 v1.5, 1000 classes", true}, build_listed_resnet<50>},
      {{"llama_like", "Djinn's synthetic stack: 12 encoder layers of width 2048"},
       build_llama_like},
      {{"bert_like", "Djinn's synthetic stack: 6 encoder layers of width 1024"}, build_bert_like},
      {{"vit_like", "Djinn's synthetic network: three convolutions", true}, build_listed_cnn},
      {{"vit<patch>x<depth>x<width>", "a ViT of the study, as vit32x6x384", true},
       build_listed_vit},
      {{"encoder<depth>x<width>x<heads>", "a stack as Djinn's synthetic ones, as encoder2x512x8"},
       build_listed_encoder},
      {{"gpt2_<depth>x<width>x<heads>", "GPT-2 in other sizes, as gpt2_6x384x6"},
       build_listed_decoder},
      {{"add", "one addition of two inputs with an element a row"}, build_add},
      {{"mlp<input>-<hidden>-...-<output>",
        "linears with tanh between and softmax, as mlp512-512-128"},
       build_listed_mlp},
      {{"gemm<m>x<n>x<k>", "one matrix product, as gemm512x512x512"}, build_listed_gemm},
      {{"conv<in>x<out>x<kernel>x<stride>x<groups>", "one convolution, as conv64x128x3x2x1", true},
       build_listed_convolution},
  };
  return list;
}

bool is_pattern(const Model& model) {
  return model.listed.name.find('<') != std::string::npos;
}

/// A pattern fits what begins as it does and goes on with a digit.
bool fits(const Model& model, std::string_view name) {
  if (!is_pattern(model)) return model.listed.name == name;
  const std::size_t prefix = model.listed.name.find('<');
  return name.size() > prefix && name.starts_with(model.listed.name.substr(0, prefix)) &&
         '0' <= name[prefix] && name[prefix] <= '9';
}

Result<std::int64_t> parse_side(std::string_view text) {
  std::int64_t side = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, side);
  if (error == std::errc() && next == end && side > 0) return side;
  return Error::user("@{}: expected the side of pictures, as in resnet50@224", text);
}

}  // namespace

std::span<const ListedModel> model_list() {
  static const std::vector<ListedModel> list = [] {
    std::vector<ListedModel> listed;
    for (const Model& model : models())
      listed.push_back(model.listed);
    return listed;
  }();
  return list;
}

Result<Graph> build_model(std::string_view name) {
  constexpr std::int64_t kSide = 224;
  const std::size_t at = name.find('@');
  Request request{std::string(name.substr(0, at)), kSide};
  const auto model = std::ranges::find_if(
      models(), [&](const Model& candidate) { return fits(candidate, request.name); });
  if (model == models().end()) {
    std::vector<std::string> names;
    for (const ListedModel& listed : model_list())
      names.push_back(listed.name);
    return Error::user("{}", unknown_name("model", request.name, names));
  }
  if (at != std::string_view::npos) {
    if (!model->listed.has_pictures) {
      return Error::user("model {} takes no pictures, so no {}", request.name, name.substr(at));
    }
    ASSAY_TRY(request.side, parse_side(name.substr(at + 1)));
  }
  return model->build(request).context("in model {}", name);
}

}  // namespace assay::models
