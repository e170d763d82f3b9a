// SPDX-License-Identifier: MIT
// Whole models against counts by hand, to the last operation. They stand here because oracle/count
// lies below the models.
#include <gmock/gmock.h>

#include "engine/models/model_list.h"
#include "oracle/count/graph_count.h"

namespace assay::oracle {
namespace {

double products_of(const std::string& model, const graph::Bindings& bindings,
                   std::int64_t past = 0) {
  const auto graph = models::build_model(model);
  EXPECT_TRUE(graph) << graph.error().to_string();
  const auto types = graph::infer_types(*graph, bindings);
  EXPECT_TRUE(types) << types.error().to_string();
  const GraphCount count = count_graph(*graph, *types, {.past = past});
  EXPECT_EQ(count.unsupported_share(), 0) << model;
  return count.sum.products;
}

/// Two per multiply-add of convolutions and the classifier, for a picture of 224 x 224.
TEST(GoldenCount, ResNetsAreWhatAHandCounts) {
  EXPECT_EQ(products_of("resnet18", {{"batch", 1}}), 3'628'146'688.0);
  EXPECT_EQ(products_of("resnet34", {{"batch", 1}}), 7'327'522'816.0);
  EXPECT_EQ(products_of("resnet50", {{"batch", 1}}), 8'178'368'512.0);
  EXPECT_EQ(products_of("resnet50", {{"batch", 7}}), 7 * 8'178'368'512.0);
}

/// The study's formula: 2n(3p^2)D + depth(2tD3I + 2tID + 4t^2I + 4tDM), I = 64 heads.
TEST(GoldenCount, ViTsFollowTheFormula) {
  const struct {
    double patch, depth, width;
  } cases[] = {{32, 6, 384}, {32, 12, 768}, {16, 12, 768}, {8, 12, 768}, {32, 18, 1024}};
  for (const auto& [patch, depth, width] : cases) {
    const double patches = (224 / patch) * (224 / patch);
    const double tokens = patches + 1;
    const double inner = width;  // 64 a head, and width / 64 heads.
    const double mlp = 4 * width;
    const double by_hand = 2 * patches * 3 * patch * patch * width +
                           depth * (2 * tokens * width * 3 * inner + 2 * tokens * inner * width +
                                    4 * tokens * tokens * inner + 4 * tokens * width * mlp);
    const std::string name = format("vit{}x{}x{}@224", patch, depth, width);
    EXPECT_EQ(products_of(name, {{"batch", 1}}), by_hand) << name;
  }
}

/// 12 blocks of 24 D^2 a token, what each query sees of keys, and the head for the last token.
TEST(GoldenCount, Gpt2PrefillsAndDecodes) {
  constexpr double kWidth = 768;
  constexpr double kVocabulary = 50'257;
  const double head = 2 * kWidth * kVocabulary;
  for (const double tokens : {1.0, 16.0, 128.0, 1000.0}) {
    const double seen = tokens * (tokens + 1) / 2;
    const double by_hand = 12 * (24 * tokens * kWidth * kWidth + 4 * kWidth * seen) + head;
    const auto length = static_cast<std::int64_t>(tokens);
    EXPECT_EQ(products_of("gpt2", {{"batch", 1}, {"sequence", length}, {"capacity", 1024}}),
              by_hand)
        << tokens;
  }
  for (const std::int64_t past : {0, 1, 128, 1000}) {
    const double by_hand =
        12 * (24 * kWidth * kWidth + 4 * kWidth * (static_cast<double>(past) + 1)) + head;
    EXPECT_EQ(products_of("gpt2", {{"batch", 1}, {"sequence", 1}, {"capacity", 1024}}, past),
              by_hand)
        << past;
  }
}

}  // namespace
}  // namespace assay::oracle
