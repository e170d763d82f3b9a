// SPDX-License-Identifier: MIT
#include "engine/runtime/text_session.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "engine/models/builders/decoder.h"
#include "engine/plan/planned_model.h"
#include "engine/plan/reference_factory.h"
#include "engine/runtime/generation.h"

namespace assay::runtime {
namespace {

using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::shared_ptr<backend::LoadedModel> tiny_decoder(bool is_llama) {
  models::DecoderConfig config{.vocabulary = 50,
                               .width = 16,
                               .depth = 2,
                               .heads = 4,
                               .kv_heads = is_llama ? 2 : 4,
                               .head_width = 4,
                               .mlp_width = 32,
                               .positions = is_llama ? 0 : 64,
                               .is_llama = is_llama};
  const graph::Graph graph = *models::build_decoder(config);
  auto model =
      plan::load_model(graph, *graph::seeded_weights(graph, 3), {}, plan::make_reference_factory());
  EXPECT_TRUE(model) << model.error().to_string();
  return std::move(*model);
}

std::vector<float> copy_of(std::span<const float> values) {
  return {values.begin(), values.end()};
}

/// The scores after a row was given in pieces.
std::vector<float> scores_in_pieces(const std::vector<std::vector<TokenId>>& pieces,
                                    bool is_llama) {
  TextSession session = *TextSession::create(tiny_decoder(is_llama), {.capacity = 32});
  std::vector<float> scores;
  for (const std::vector<TokenId>& piece : pieces) {
    const auto logits = session.append({piece});
    EXPECT_TRUE(logits) << logits.error().to_string();
    scores = copy_of((*logits)[0]);
  }
  return scores;
}

TEST(TextSession, TokenByTokenIsThePrefill) {
  for (const bool is_llama : {false, true}) {
    const std::vector<float> whole = scores_in_pieces({{7, 3, 9, 4, 1}}, is_llama);
    for (const auto& pieces : std::vector<std::vector<std::vector<TokenId>>>{
             {{7}, {3}, {9}, {4}, {1}}, {{7, 3}, {9, 4, 1}}, {{7, 3, 9, 4}, {1}}}) {
      EXPECT_THAT(scores_in_pieces(pieces, is_llama), Pointwise(FloatNear(1e-4F), whole));
    }
  }
}

TEST(TextSession, ARowDoesNotSeeItsNeighbours) {
  for (const bool is_llama : {false, true}) {
    TextSession session = *TextSession::create(tiny_decoder(is_llama), {.rows = 3, .capacity = 32});
    ASSERT_TRUE(session.append({{5, 6, 7, 8}, {1}, {9, 9}}));
    const auto logits = session.append({{2}, {3, 4}, {}});
    ASSERT_TRUE(logits) << logits.error().to_string();
    EXPECT_THAT(session.lengths(), ElementsAreArray({5, 3, 2}));
    EXPECT_THAT(copy_of((*logits)[0]),
                Pointwise(FloatNear(1e-4F), scores_in_pieces({{5, 6, 7, 8, 2}}, is_llama)));
    EXPECT_THAT(copy_of((*logits)[1]),
                Pointwise(FloatNear(1e-4F), scores_in_pieces({{1, 3, 4}}, is_llama)));
    const auto later = session.append({{}, {}, {11}});
    ASSERT_TRUE(later);
    EXPECT_THAT(copy_of((*later)[2]),
                Pointwise(FloatNear(1e-4F), scores_in_pieces({{9, 9, 11}}, is_llama)));
  }
}

TEST(TextSession, CanBeTakenUpFromAnEarlierToken) {
  TextSession session = *TextSession::create(tiny_decoder(false), {.capacity = 32});
  ASSERT_TRUE(session.append({{1, 2, 3, 4}}));
  ASSERT_TRUE(session.truncate(0, 2));
  const auto logits = session.append({{9}});
  EXPECT_THAT(copy_of((*logits)[0]),
              Pointwise(FloatNear(1e-4F), scores_in_pieces({{1, 2, 9}}, false)));
  EXPECT_EQ(session.truncate(0, 4).error().message(), "row 0 cannot be cut to 4 tokens");
}

TEST(TextSession, RefusesWhatDoesNotFitAndChangesNothing) {
  TextSession session = *TextSession::create(tiny_decoder(false), {.capacity = 4});
  ASSERT_TRUE(session.append({{1, 2, 3}}));
  EXPECT_EQ(session.append({{4, 5}}).error().message(),
            "row 0 holds 3 tokens, 2 more exceed its capacity of 4");
  EXPECT_EQ(session.lengths()[0], 3);
  EXPECT_EQ(session.append({{}}).error().message(), "no row has a token to append");
  EXPECT_EQ(session.append({{1}, {2}}).error().message(), "tokens for 2 rows, the session has 1");
  EXPECT_FALSE(session.append({{50}})) << "outside of the vocabulary";
}

TEST(TextSession, PreparesEachLengthOnce) {
  TextSession session = *TextSession::create(tiny_decoder(false), {.capacity = 32});
  ASSERT_TRUE(session.append({{1, 2, 3}}));
  for (TokenId token = 4; token < 12; ++token) {
    ASSERT_TRUE(session.append({{token}}));
  }
  EXPECT_EQ(session.plans().misses, 2);
  EXPECT_EQ(session.plans().hits, 8);
  ASSERT_TRUE(session.prepare(5));
  ASSERT_TRUE(session.append({{1, 2, 3, 4, 5}}));
  EXPECT_EQ(session.plans().misses, 3);
  EXPECT_EQ(session.plans().hits, 9);
  EXPECT_EQ(session.prepare(33).error().message(), "a plan for 33 tokens: rows have room for 32");
}

TEST(Generate, RepeatsWithItsSeedAndStops) {
  const auto answers = [](GenerationOptions options) {
    TextSession session = *TextSession::create(tiny_decoder(true), {.rows = 2, .capacity = 32});
    auto result = generate(session, {{1, 2}, {3}}, options);
    EXPECT_TRUE(result) << result.error().to_string();
    return *std::move(result);
  };
  GenerationOptions options;
  options.tokens_max = 10;
  options.sampling.temperature = 1.5;
  options.seed = 4;
  const auto first = answers(options);
  EXPECT_EQ(first, answers(options));
  EXPECT_EQ(first[0].size(), 10U);
  options.stops = {first[1][2]};
  const auto stopped = answers(options);
  EXPECT_EQ(stopped[1].back(), options.stops[0]);
  EXPECT_LE(stopped[1].size(), 3U);
  const bool ends_too = std::ranges::count(first[0], options.stops[0]) > 0;
  if (!ends_too) {
    EXPECT_EQ(stopped[0], first[0]) << "a row does not depend on the other's end";
  }
}

TEST(Generate, GreedyTakesTheBestOfThePrefill) {
  TextSession session = *TextSession::create(tiny_decoder(false), {.capacity = 32});
  GenerationOptions options;
  options.sampling.temperature = 0;
  options.tokens_max = 3;
  const auto answer = generate(session, {{7, 3, 9}}, options);
  ASSERT_TRUE(answer);
  const std::vector<float> scores = scores_in_pieces({{7, 3, 9}}, false);
  EXPECT_EQ((*answer)[0][0], std::ranges::max_element(scores) - scores.begin());
  EXPECT_EQ(session.lengths()[0], 5) << "all but the last token";
  EXPECT_FALSE(generate(session, {{}}, options)) << "an empty prompt";
}

}  // namespace
}  // namespace assay::runtime
