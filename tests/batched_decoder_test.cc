// SPDX-License-Identifier: MIT
// Whether a row of a batch is what it would be alone: what docs/concepts/djinn.md says of sessions
// that share a step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "engine/backends/cpu/cpu_device.h"
#include "engine/backends/reference/reference_device.h"
#include "engine/models/builders/decoder.h"
#include "engine/runtime/text_session.h"

namespace assay {
namespace {

using models::TokenId;
using Tokens = std::vector<std::vector<TokenId>>;

/// The largest difference of any score of any row in some step from that of a session of its own;
/// negative where something failed.
double difference(backend::Device& device, const models::DecoderConfig& config, std::int64_t rows) {
  const graph::Graph graph = *models::build_decoder(config);
  const graph::Weights weights = *graph::seeded_weights(graph, 3);
  std::shared_ptr<backend::LoadedModel> model = *device.load(graph, weights, {});
  auto together = *runtime::TextSession::create(model, {.rows = rows, .capacity = 24});
  std::vector<runtime::TextSession> alone;
  for (std::int64_t row = 0; row < rows; ++row)
    alone.push_back(*runtime::TextSession::create(model, {.rows = 1, .capacity = 24}));
  Random random(7);
  double largest = 0;
  for (int step = 0; step < 16; ++step) {
    Tokens tokens(static_cast<std::size_t>(rows));
    for (auto& row : tokens) {
      if (step < 2 || random.below(4) > 0) row.push_back(static_cast<TokenId>(random.below(50)));
    }
    if (tokens[0].empty()) tokens[0].push_back(1);
    const auto scores = together.append(tokens);
    if (!scores) return -1;
    for (std::size_t row = 0; row < tokens.size(); ++row) {
      if (tokens[row].empty()) continue;
      const auto own = alone[row].append({tokens[row]});
      if (!own) return -1;
      for (std::size_t i = 0; i < (*own)[0].size(); ++i) {
        const double apart = std::abs((*own)[0][i] - (*scores)[row][i]);
        largest = std::max(largest, apart);
      }
    }
  }
  return largest;
}

models::DecoderConfig decoder(std::int64_t width, bool is_llama) {
  return {.vocabulary = 50 + width,
          .width = width,
          .depth = 2,
          .heads = width / 8,
          .kv_heads = is_llama ? width / 16 : width / 8,
          .head_width = 8,
          .mlp_width = 4 * width,
          .positions = is_llama ? 0 : 32,
          .is_llama = is_llama};
}

TEST(BatchedDecoder, RowsAreOnTheReferenceWhatTheyAreAloneToTheBit) {
  const auto device = reference::make_reference_device();
  for (const std::int64_t rows : {2, 5})
    EXPECT_EQ(difference(*device, decoder(16, rows == 5), rows), 0);
}

/// One row goes through other kernels there than several, which add in another order: why the
/// setting batch-rows is 1 unless somebody asks for more.
TEST(BatchedDecoder, RowsAreOnTheCpuWhatTheyAreAloneButForRounding) {
  const auto device = cpu::make_cpu_device();
  for (const std::int64_t width : {16, 256}) {
    for (const bool is_llama : {false, true}) {
      for (const std::int64_t rows : {2, 5, 8}) {
        const double apart = difference(*device, decoder(width, is_llama), rows);
        EXPECT_GE(apart, 0);
        EXPECT_LT(apart, 1e-4) << "width " << width << ", " << rows << " rows";
      }
    }
  }
}

}  // namespace
}  // namespace assay
