// SPDX-License-Identifier: MIT
#include "djinn/schedule/think_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace assay::djinn {
namespace {

constexpr int kDraws = 200'000;

std::vector<double> draws_of(ThinkLaw law) {
  Random random(11);
  std::vector<double> seconds;
  for (int i = 0; i < kDraws; ++i)
    seconds.push_back(Seconds(draw_think(law, random)).count());
  return seconds;
}

double share_below(const std::vector<double>& seconds, double bound) {
  return static_cast<double>(std::ranges::count_if(seconds, [&](double s) { return s < bound; })) /
         static_cast<double>(seconds.size());
}

TEST(ThinkTime, TheTraceHasTheSharesThatWereReported) {
  const std::vector<double> seconds = draws_of(ThinkLaw::kTrace);
  EXPECT_NEAR(share_below(seconds, 1), 0.86, 0.005);
  EXPECT_NEAR(share_below(seconds, 10), 0.95, 0.005);
  EXPECT_EQ(share_below(seconds, 60.001), 1);
  EXPECT_EQ(share_below(seconds, 0.01), 0);
}

TEST(ThinkTime, UniformStaysWithinItsBounds) {
  const std::vector<double> seconds = draws_of(ThinkLaw::kUniform);
  EXPECT_EQ(share_below(seconds, 10), 0);
  EXPECT_NEAR(share_below(seconds, 15), 0.5, 0.005);
  EXPECT_EQ(share_below(seconds, 20.001), 1);
}

TEST(ThinkTime, TheMeanIsThatOfTheDraws) {
  for (const ThinkLaw law : {ThinkLaw::kUniform, ThinkLaw::kTrace}) {
    double sum = 0;
    for (const double seconds : draws_of(law))
      sum += seconds;
    EXPECT_NEAR(sum / kDraws, think_mean(law).count(), 0.02 * think_mean(law).count());
  }
}

TEST(ThinkTime, EstimatesAreAsGoodAsTheySay) {
  Random random(3);
  bool has_been_early = false;
  bool has_been_late = false;
  for (int i = 0; i < 1'000; ++i) {
    const Nanoseconds gap = draw_think(ThinkLaw::kTrace, random);
    EXPECT_EQ(draw_estimate(EstimateQuality::kExact, gap, random), gap);
    EXPECT_FALSE(draw_estimate(EstimateQuality::kMissing, gap, random));
    const auto noisy = draw_estimate(EstimateQuality::kNoisy, gap, random);
    ASSERT_TRUE(noisy);
    EXPECT_GE(*noisy, gap / 2 - Nanoseconds(1));
    EXPECT_LE(*noisy, gap + gap / 2 + Nanoseconds(1));
    has_been_early |= *noisy < gap;
    has_been_late |= *noisy > gap;
  }
  EXPECT_TRUE(has_been_early && has_been_late);
}

}  // namespace
}  // namespace assay::djinn
