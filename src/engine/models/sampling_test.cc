// SPDX-License-Identifier: MIT
#include "engine/models/sampling.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <map>

namespace assay::models {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::map<TokenId, double> shares(std::span<const float> logits, const SamplingOptions& options) {
  constexpr int kDraws = 20'000;
  Random random(3);
  std::map<TokenId, double> shares;
  for (int i = 0; i < kDraws; ++i) {
    const auto id = sample(logits, options, random);
    EXPECT_TRUE(id.has_value());
    shares[*id] += 1.0 / kDraws;
  }
  return shares;
}

std::vector<TokenId> tokens_of(const std::map<TokenId, double>& shares) {
  std::vector<TokenId> ids;
  for (const auto& [id, share] : shares)
    ids.push_back(id);
  return ids;
}

std::vector<float> logs(std::vector<double> probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities)
    logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

TEST(ChooseBest, IsTheFirstOfTheLargest) {
  EXPECT_EQ(*choose_best(std::vector<float>{1, 3, 3, 2}), 1);
  EXPECT_EQ(*choose_best(std::vector<float>{-kInfinity, -5}), 1);
  EXPECT_EQ(*choose_best(std::vector<float>{-1}), 0);
}

TEST(ChooseBest, BrokenScoresAreSaid) {
  const auto message = [](std::vector<float> logits) {
    return choose_best(logits).error().message();
  };
  EXPECT_THAT(message({0, kNan}), HasSubstr("the score of token 1 is not a number"));
  EXPECT_THAT(message({kNan, 1}), HasSubstr("the score of token 0 is not a number"));
  EXPECT_THAT(message({0, kInfinity}), HasSubstr("the best score is inf, that of token 1"));
  EXPECT_THAT(message({-kInfinity, -kInfinity}), HasSubstr("the best score is -inf"));
}

TEST(Sample, FollowsTheProbabilities) {
  const std::vector<float> logits = logs({0.1, 0.6, 0.3});
  const auto drawn = shares(logits, {});
  EXPECT_NEAR(drawn.at(0), 0.1, 0.01);  // Five standard errors of 20,000 draws.
  EXPECT_NEAR(drawn.at(1), 0.6, 0.018);
  EXPECT_NEAR(drawn.at(2), 0.3, 0.017);
}

TEST(Sample, TemperatureSharpensAndFlattens) {
  const std::vector<float> logits = logs({0.2, 0.8});
  EXPECT_NEAR(shares(logits, {.temperature = 0.5}).at(0), 0.04 / 0.68, 0.01);
  EXPECT_NEAR(shares(logits, {.temperature = 2}).at(0),
              std::sqrt(0.2) / (std::sqrt(0.2) + std::sqrt(0.8)), 0.018);
  EXPECT_THAT(tokens_of(shares(logits, {.temperature = 0})), UnorderedElementsAre(1));
  EXPECT_THAT(tokens_of(shares(logits, {.temperature = 1e-300})), UnorderedElementsAre(1));
}

TEST(Sample, TopKDrawsAmongTheBest) {
  const std::vector<float> logits = logs({0.1, 0.4, 0.3, 0.2});
  EXPECT_THAT(tokens_of(shares(logits, {.top_k = 1})), UnorderedElementsAre(1));
  EXPECT_THAT(tokens_of(shares(logits, {.top_k = 3})), UnorderedElementsAre(1, 2, 3));
  EXPECT_NEAR(shares(logits, {.top_k = 2}).at(1), 0.4 / 0.7, 0.018);
  EXPECT_EQ(shares(logits, {.top_k = 100}).size(), 4U);
  // Of equals, those with the lowest ids.
  EXPECT_THAT(tokens_of(shares(std::vector<float>{1, 1, 1, 1}, {.top_k = 2})),
              UnorderedElementsAre(0, 1));
}

TEST(Sample, TopPDrawsAmongTheFewestThatReachIt) {
  const std::vector<float> logits = logs({0.1, 0.4, 0.3, 0.2});
  EXPECT_THAT(tokens_of(shares(logits, {.top_p = 0.39})), UnorderedElementsAre(1));
  EXPECT_THAT(tokens_of(shares(logits, {.top_p = 0.41})), UnorderedElementsAre(1, 2));
  EXPECT_THAT(tokens_of(shares(logits, {.top_p = 0.71})), UnorderedElementsAre(1, 2, 3));
  EXPECT_THAT(tokens_of(shares(logits, {.top_p = 1e-9})), UnorderedElementsAre(1));
  EXPECT_EQ(shares(logits, {.top_p = 1}).size(), 4U);
  // After top-k the probabilities are those among the k: 0.4 of 0.7 is above one half.
  EXPECT_THAT(tokens_of(shares(logits, {.top_k = 2, .top_p = 0.5})), UnorderedElementsAre(1));
}

TEST(Sample, NeverATokenThatIsMasked) {
  const std::vector<float> logits{-kInfinity, 0, -kInfinity, 0};
  for (const SamplingOptions& options :
       {SamplingOptions{}, SamplingOptions{.top_k = 3}, SamplingOptions{.top_p = 0.99}}) {
    EXPECT_THAT(tokens_of(shares(logits, options)), UnorderedElementsAre(1, 3));
  }
}

TEST(Sample, RepeatsWithTheSameSeed) {
  Random left(5);
  Random right(5);
  Random scores(6);
  for (int i = 0; i < 200; ++i) {
    std::vector<float> logits(1 + scores.below(300));
    for (float& logit : logits)
      logit = static_cast<float>(10 * scores.normal());
    const SamplingOptions options{.temperature = scores.uniform() * 2,
                                  .top_k = static_cast<std::int64_t>(scores.below(50)),
                                  .top_p = 1 - scores.uniform()};
    EXPECT_EQ(*sample(logits, options, left), *sample(logits, options, right));
  }
}

TEST(SamplingOptions, AreChecked) {
  const auto message = [](const SamplingOptions& options) {
    return check_sampling_options(options).error().message();
  };
  EXPECT_THAT(message({.temperature = -1}),
              HasSubstr("temperature has to be a number from 0, got -1"));
  EXPECT_THAT(message({.temperature = kNan}), HasSubstr("got nan"));
  EXPECT_THAT(message({.temperature = kInfinity}), HasSubstr("got inf"));
  EXPECT_THAT(message({.top_k = -1}), HasSubstr("top_k has to be at least 0, got -1"));
  EXPECT_THAT(message({.top_p = 0}), HasSubstr("top_p has to be above 0"));
  EXPECT_THAT(message({.top_p = 1.5}), HasSubstr("at most 1, got 1.5"));
}

}  // namespace
}  // namespace assay::models
