// SPDX-License-Identifier: MIT
#include "djinn/memory/free_extents.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"

namespace assay::djinn {
namespace {

TEST(FreeExtents, TakesTheBestFitAndMergesWhatComesBack) {
  FreeExtents line(100);
  const auto a = line.take(30);
  const auto b = line.take(10);
  const auto c = line.take(40);
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(line.free(), 20);
  line.put(*b);
  EXPECT_EQ(line.pieces(), 2);
  EXPECT_EQ(line.take(8), (Extent{30, 8})) << "the run of 10, not the one of 20";
  EXPECT_EQ(line.take(21), std::nullopt);
  EXPECT_EQ(line.take_at_most(21), (Extent{80, 20}));
  EXPECT_EQ(line.take_at_most(21), (Extent{38, 2}));
  EXPECT_EQ(line.take_at_most(1), std::nullopt);
  line.put({0, 100});
  EXPECT_EQ(line.free(), 100);
  EXPECT_EQ(line.largest(), 100);
  EXPECT_EQ(line.pieces(), 1);
}

TEST(FreeExtentsDeathTest, NoticesWhatComesBackTwice) {
  FreeExtents line(10);
  ASSERT_TRUE(line.take(4));
  line.put({0, 4});
  EXPECT_DEATH(line.put({0, 4}), "what comes back was taken");
  EXPECT_DEATH(line.put({8, 4}), "what comes back lies on the line");
}

TEST(FreeExtents, AgreesWithAListOfUnits) {
  Random random(3);
  constexpr std::int64_t kSize = 97;
  FreeExtents line(kSize);
  std::vector<bool> taken(kSize);
  std::vector<Extent> held;
  for (int step = 0; step < 20'000; ++step) {
    if (random.coin()) {
      const auto size = static_cast<std::int64_t>(random.below(20)) + 1;
      if (const auto got = random.coin() ? line.take(size) : line.take_at_most(size)) {
        for (std::int64_t i = got->offset; i < got->offset + got->size; ++i) {
          ASSERT_FALSE(taken[static_cast<std::size_t>(i)]) << "no unit is given twice";
          taken[static_cast<std::size_t>(i)] = true;
        }
        held.push_back(*got);
      }
    } else if (!held.empty()) {
      std::swap(held[random.below(held.size())], held.back());
      line.put(held.back());
      for (std::int64_t i = held.back().offset; i < held.back().offset + held.back().size; ++i) {
        taken[static_cast<std::size_t>(i)] = false;
      }
      held.pop_back();
    }
    std::int64_t free = 0, run = 0, longest = 0, pieces = 0;
    for (const bool is_taken : taken) {
      run = is_taken ? 0 : run + 1;
      pieces += run == 1 ? 1 : 0;
      free += is_taken ? 0 : 1;
      longest = std::max(longest, run);
    }
    ASSERT_EQ(line.free(), free);
    ASSERT_EQ(line.largest(), longest);
    ASSERT_EQ(line.pieces(), pieces) << "neighbours are one piece";
  }
}

}  // namespace
}  // namespace assay::djinn
