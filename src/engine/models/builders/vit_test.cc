// SPDX-License-Identifier: MIT
#include "engine/models/builders/vit.h"

#include <gmock/gmock.h>

#include <map>

#include "engine/graph/passes/pass_list.h"
#include "engine/graph/types.h"
#include "engine/models/builders/parameters.h"

namespace assay::models {
namespace {

/// Products of the linear and matmul nodes, from their types.
double products_of(const graph::Graph& graph, const graph::NodeTypes& types) {
  double sum = 0;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    if (node.kind != graph::NodeKind::kOp) continue;
    const bool is_linear = node.op->name == "linear";
    if (!is_linear && node.op->name != "matmul") continue;
    const auto& left = types[index_of(node.operands[0])].shape;
    double results = 2;
    for (int axis = 0; axis < types[i].shape.rank(); ++axis) {
      results *= static_cast<double>(types[i].shape[axis]);
    }
    sum += results * static_cast<double>(left[left.rank() - 1]);
  }
  return sum;
}

TEST(Vit, NamesAreThoseOfTheStudy) {
  const VitConfig config = *parse_vit("vit32x6x384", 256);
  EXPECT_EQ(config.patch, 32);
  EXPECT_EQ(config.depth, 6);
  EXPECT_EQ(config.width, 384);
  EXPECT_EQ(config.heads, 6);
  EXPECT_EQ(config.mlp_width, 1536);
  EXPECT_EQ(config.patches(), 64);
  EXPECT_EQ(parse_vit("vit32x12x768", 225)->side, 256) << "rounded up to the patch";
  for (const char* bad : {"vit", "vit32x6", "vit32x6x384x2", "vit0x6x384", "vit32x6x-1",
                          "vit32x6x384_", "vit99999999999999999999x1x1", "bert"}) {
    EXPECT_FALSE(parse_vit(bad, 224)) << bad;
  }
  EXPECT_EQ(parse_vit("vit32-6", 224).error().message(),
            "no ViT: vit32-6; expected vit<patch>x<depth>x<width>, as in vit32x6x384");
}

TEST(Vit, ItsProductsAreTheFormula) {
  for (const auto& [name, gigaflop] :
       {std::pair("vit32x6x384", 1.20), std::pair("vit32x12x768", 8.8),
        std::pair("vit32x18x1024", 23.1), std::pair("vit16x12x768", 35.1),
        std::pair("vit8x12x768", 156.0), std::pair("vit8x12x1024", 268.0)}) {
    const VitConfig config = *parse_vit(name, 224);
    EXPECT_NEAR(vit_products(config) / 1e9, gigaflop, gigaflop * 0.01) << name;
    const graph::Graph graph = *build_vit(config);
    const auto types = graph::infer_types(graph, {{"batch", 3}});
    ASSERT_TRUE(types) << types.error().to_string();
    EXPECT_EQ(products_of(graph, *types), 3 * vit_products(config)) << name;
  }
}

TEST(Vit, ReturnsEveryToken) {
  const graph::Graph graph = *build_vit(*parse_vit("vit16x2x128", 224));
  const auto types = graph::infer_types(graph, {{"batch", 2}});
  ASSERT_TRUE(types) << types.error().to_string();
  EXPECT_EQ((*types)[index_of(graph.outputs()[0].node)].shape, (tensor::Dims{2, 197, 128}));
  EXPECT_EQ(parameter_count(graph), 2 * (128 + 128 + 128 * 128 * 3 + 128 * 128 + 128 + 128 + 128 +
                                         128 * 512 + 512 + 512 * 128 + 128) +
                                        768 * 2 + 768 * 128 + 128 + 128 * 2 + 128 + 197 * 128 +
                                        128 * 2);
}

TEST(Vit, ThePassesFuseItsBlocks) {
  const graph::Graph graph = *build_vit(*parse_vit("vit32x6x384", 224));
  const auto fused = graph::apply_passes(graph, {{"batch", 8}}, {});
  ASSERT_TRUE(fused) << fused.error().to_string();
  std::map<std::string_view, int> counts;
  std::vector<bool> varies;  // Arithmetic on weights is folded when the model is loaded.
  for (const graph::Node& node : fused->nodes()) {
    bool does = node.kind == graph::NodeKind::kInput;
    for (const graph::NodeId operand : node.operands) {
      does = does || (operand != graph::kAbsent && varies[index_of(operand)]);
    }
    varies.push_back(does);
    if (does && node.kind == graph::NodeKind::kOp) ++counts[node.op->name];
  }
  EXPECT_EQ(counts["attention"], 6);
  EXPECT_EQ(counts["matmul"], 0);
  EXPECT_EQ(counts["activation"], 0) << "in the epilogue of a linear";
  EXPECT_EQ(counts["linear"], 1 + 6 * 4);
  EXPECT_EQ(counts["add"], 1) << "positions; residuals are in epilogues";
}

TEST(Vit, RefusesSizesThatMakeNoModel) {
  VitConfig config;
  config.side = 225;
  EXPECT_EQ(build_vit(config).error().message(),
            "vit: a side of 225 is no multiple of the patch 32");
  config.side = 224;
  config.heads = 0;
  EXPECT_EQ(build_vit(config).error().message(), "vit: heads is 0, expected 1 to 65536");
}

}  // namespace
}  // namespace assay::models
