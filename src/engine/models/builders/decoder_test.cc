// SPDX-License-Identifier: MIT
#include "engine/models/builders/decoder.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/graph/types.h"
#include "engine/models/builders/parameters.h"

namespace assay::models {
namespace {

TEST(Decoder, Gpt2HasTheParametersOfTheOriginal) {
  const graph::Graph graph = *build_decoder(gpt2_small());
  EXPECT_EQ(parameter_count(graph), 124'439'808);
  const auto types = graph::infer_types(graph, {{"batch", 2}, {"sequence", 7}, {"capacity", 64}});
  ASSERT_TRUE(types) << types.error().to_string();
  EXPECT_EQ((*types)[index_of(graph.outputs()[0].node)].shape, (tensor::Dims{2, 50'257}));
  EXPECT_EQ(graph.of_kind(graph::NodeKind::kState).size(), 24U);
}

TEST(Decoder, LlamaSharesHeadsAndHasNoBiases) {
  DecoderConfig config{.vocabulary = 32'000,
                       .width = 768,
                       .depth = 2,
                       .heads = 12,
                       .kv_heads = 4,
                       .head_width = 64,
                       .mlp_width = 2048,
                       .positions = 0,
                       .is_llama = true,
                       .has_tied_head = false};
  const graph::Graph graph = *build_decoder(config);
  const auto types = graph::infer_types(graph, {{"batch", 1}, {"sequence", 5}, {"capacity", 16}});
  ASSERT_TRUE(types) << types.error().to_string();
  const std::int64_t block = 768 * 768 * 2 + 2 * 768 * 256 + 3 * 768 * 2048 + 2 * 768;
  EXPECT_EQ(parameter_count(graph), 2 * block + 2 * 32'000 * 768 + 768 + 32);
}

TEST(Decoder, RefusesSizesThatMakeNoModel) {
  DecoderConfig config;
  config.kv_heads = 5;
  EXPECT_EQ(build_decoder(config).error().message(),
            "decoder: 12 heads do not share 5 heads of keys and values evenly");
  config = {.head_width = 63, .is_llama = true};
  EXPECT_EQ(build_decoder(config).error().message(),
            "decoder: heads of width 63 have no pairs to rotate");
  config = {.vocabulary = 0};
  EXPECT_EQ(build_decoder(config).error().message(),
            "decoder: vocabulary is 0, expected 1 to 16777216");
}

TEST(RotaryFrequencies, FallGeometrically) {
  const auto frequencies = rotary_frequencies(64, 10'000);
  ASSERT_EQ(frequencies.size(), 32U);
  EXPECT_EQ(frequencies[0], 1);
  EXPECT_FLOAT_EQ(frequencies[16], 0.01F);
  EXPECT_FLOAT_EQ(frequencies[31], static_cast<float>(std::pow(10'000.0, -62.0 / 64)));
}

}  // namespace
}  // namespace assay::models
