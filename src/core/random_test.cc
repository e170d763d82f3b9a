// SPDX-License-Identifier: MIT
#include "core/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

namespace assay {
namespace {

TEST(Random, SameSeedSameStream) {
  Random a(7);
  Random b(7);
  Random c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t value = a.next();
    ASSERT_EQ(value, b.next());
    differs |= value != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Random, BelowIsFairAndInRange) {
  Random random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) {
    ++counts.at(random.below(6));
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, 10'000, 500);  // Five standard deviations.
  }
}

TEST(Random, NormalHasMeanZeroAndUnitVariance) {
  Random random(3);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0.0, 0.02);
  EXPECT_NEAR(squares / kCount, 1.0, 0.03);
}

TEST(Random, ShuffleKeepsEveryItem) {
  Random random(5);
  std::array<int, 8> items{0, 1, 2, 3, 4, 5, 6, 7};
  random.shuffle<int>(items);
  EXPECT_EQ(std::set<int>(items.begin(), items.end()).size(), items.size());
}

TEST(MixSeed, GivesIndependentStreams) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t stream = 0; stream < 1000; ++stream) {
    seeds.insert(mix_seed(42, stream));
  }
  EXPECT_EQ(seeds.size(), 1000U);
}

}  // namespace
}  // namespace assay
