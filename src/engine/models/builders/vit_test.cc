// SPDX-License-Identifier: MIT
#include "engine/models/builders/vit.h"

#include <gmock/gmock.h>

#include <map>

#include "core/random.h"
#include "engine/graph/passes/pass_list.h"
#include "engine/graph/types.h"

namespace assay::models {
namespace {

using ::testing::HasSubstr;

TEST(Vit, NamesOfTheStudyAreRead) {
  const auto config = parse_vit("vit16x18x1024", 250);
  ASSERT_TRUE(config.has_value()) << config.error().to_string();
  EXPECT_EQ(config->patch, 16);
  EXPECT_EQ(config->depth, 18);
  EXPECT_EQ(config->width, 1024);
  EXPECT_EQ(config->heads, 16);
  EXPECT_EQ(config->head_width, 64);
  EXPECT_EQ(config->mlp_width, 4096);
  EXPECT_EQ(config->side, 256);
  EXPECT_EQ(parse_vit("vit32x6x32", 224)->heads, 1);
}

TEST(Vit, OtherNamesAreNoVit) {
  for (const char* name : {"vit", "vit32x6", "vit32x6x384x2", "vit0x6x384", "vit32x6x-1",
                           "vit32x6x384_", "vit99999999999999999999x1x1", "bert"}) {
    EXPECT_FALSE(parse_vit(name, 224)) << name;
  }
  EXPECT_EQ(parse_vit("vit32-6", 224).error().message(),
            "no ViT: vit32-6; expected vit<patch>x<depth>x<width>, as in vit32x6x384");
}

TEST(Vit, EveryTokenIsReturned) {
  for (const VitKind kind : {VitKind::kStudy, VitKind::kPublished}) {
    VitConfig config = *parse_vit("vit32x2x384", 128);
    config.kind = kind;
    const auto graph = build_vit(config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    const auto types = graph::infer_types(*graph, {{"batch", 5}});
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
    ASSERT_EQ(graph->outputs().size(), 1U);
    EXPECT_EQ(to_text((*types)[graph::index_of(graph->outputs()[0].node)]), "f32 5x17x384");
  }
}

TEST(Vit, OfTheStudyIsTheLayersOfItsSource) {
  const auto graph = build_vit(*parse_vit("vit32x2x384", 64));
  ASSERT_TRUE(graph.has_value());
  std::map<std::string, int> ops;
  for (const graph::Node& node : graph->nodes()) {
    if (node.op != nullptr) ++ops[std::string(node.op->name)];
  }
  EXPECT_EQ(ops["layer_norm"], 2 + 2 * 2 + 1);
  EXPECT_EQ(ops["linear"], 1 + 2 * 4);  // qkv in one.
  EXPECT_EQ(ops["matmul"], 2 * 2);
  EXPECT_EQ(ops["softmax"], 2);
  EXPECT_EQ(ops["activation"], 2);
  EXPECT_EQ(ops["conv2d"], 0);
  for (const graph::NodeId id : graph->of_kind(graph::NodeKind::kWeight)) {
    EXPECT_EQ(graph->node(id).name.find("qkv.bias"), std::string::npos);
  }
}

/// Nodes of each op that depend on an input; the others are folded when the model is loaded.
std::map<std::string_view, int> varying_ops(const graph::Graph& graph) {
  std::map<std::string_view, int> counts;
  const std::vector<bool> is_constant = graph::constant_nodes(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    if (node.op != nullptr && !is_constant[i]) ++counts[node.op->name];
  }
  return counts;
}

TEST(Vit, ThePassesFuseItsBlocks) {
  for (const VitKind kind : {VitKind::kStudy, VitKind::kPublished}) {
    VitConfig config = *parse_vit("vit32x6x384", 224);
    config.kind = kind;
    const auto fused = graph::apply_passes(*build_vit(config), {{"batch", 8}}, {});
    ASSERT_TRUE(fused.has_value()) << fused.error().to_string();
    auto counts = varying_ops(*fused);
    EXPECT_EQ(counts["attention"], 6);
    EXPECT_EQ(counts["matmul"], 0);
    EXPECT_EQ(counts["activation"], 0) << "in the epilogue of a linear";
    EXPECT_EQ(counts["linear"] + counts["conv2d"], 1 + 6 * 4) << "q, k and v in one";
    EXPECT_EQ(counts["add"], 1) << "positions; residuals are in epilogues";
  }
}

TEST(Vit, DepthZeroHasNoBlocks) {
  EXPECT_TRUE(build_vit(*parse_vit("vit32x0x64", 64)).has_value());
}

TEST(Vit, AnySoundSizesHaveTypesAndTheFormulasProducts) {
  Random random(13);
  for (int i = 0; i < 40; ++i) {
    const auto draw = [&](std::uint64_t most) {
      return 1 + static_cast<std::int64_t>(random.below(most));
    };
    VitConfig config{.patch = draw(6), .depth = draw(3), .width = draw(30), .heads = draw(4)};
    config.kind = random.coin() ? VitKind::kStudy : VitKind::kPublished;
    config.mlp_width = draw(40);
    config.side = config.patch * draw(4);
    config.head_width = draw(8);
    config.classes = draw(3) - 1;
    const auto graph = build_vit(config);
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    const auto types = graph::infer_types(*graph, {{"batch", 1}});
    ASSERT_TRUE(types.has_value()) << types.error().to_string();
    double products = 0;
    for (std::size_t n = 0; n < graph->nodes().size(); ++n) {
      const graph::Node& node = graph->nodes()[n];
      if (node.op == nullptr) continue;
      const bool is_conv = node.op->name == "conv2d";
      if (!is_conv && node.op->name != "linear" && node.op->name != "matmul") continue;
      const auto& x = (*types)[graph::index_of(node.operands[0])].shape;
      const double depth = is_conv ? 3.0 * static_cast<double>(config.patch * config.patch)
                                   : static_cast<double>(x[x.rank() - 1]);
      products += 2 * depth * static_cast<double>(*tensor::element_count((*types)[n].shape));
    }
    EXPECT_DOUBLE_EQ(products, vit_products(config));
  }
}

TEST(Vit, SaysWhatMakesNoModel) {
  const auto message = [](const VitConfig& config) { return build_vit(config).error().message(); };
  EXPECT_THAT(message({.side = 225}), HasSubstr("side is 225; expected a multiple of patch"));
  EXPECT_THAT(message({.patch = 0}), HasSubstr("patch is 0"));
  EXPECT_THAT(message({.classes = -1}), HasSubstr("classes is -1"));
  EXPECT_THAT(parse_vit("vit32x6x384", 1 << 20).error().message(), HasSubstr("side is 1048576"));
}

}  // namespace
}  // namespace assay::models
