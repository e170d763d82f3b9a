// SPDX-License-Identifier: MIT
#include "engine/plan/arena.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::plan {
namespace {

TEST(Arena, ReusesWhatIsDead) {
  // A chain: each step reads what the one before wrote.
  const std::vector<Lifetime> chain{{Bytes(256), 0, 1}, {Bytes(256), 1, 2}, {Bytes(256), 2, 3}};
  const Arena arena = lay_out(chain);
  EXPECT_EQ(arena.size, Bytes(512));
  EXPECT_EQ(arena.liveness_bound, Bytes(512));
  EXPECT_EQ(arena.offsets[0], arena.offsets[2]);
}

TEST(Arena, IsEmptyWithoutBuffers) {
  EXPECT_EQ(lay_out({}).size, Bytes(0));
  EXPECT_EQ(lay_out({}).liveness_bound, Bytes(0));
}

TEST(Arena, NeverOverlapsTheLivingOnRandomLives) {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<Lifetime> buffers;
    const std::uint64_t count = 1 + random.below(40);
    for (std::uint64_t i = 0; i < count; ++i) {
      const int first = static_cast<int>(random.below(30));
      const int last = first + static_cast<int>(random.below(6));
      buffers.push_back({Bytes(static_cast<std::int64_t>(random.below(5000))), first, last});
    }
    const Arena arena = lay_out(buffers);
    EXPECT_GE(arena.size, arena.liveness_bound);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(arena.offsets[i] % kArenaAlignment, 0);
      EXPECT_LE(arena.offsets[i] + buffers[i].size.count(), arena.size.count());
      for (std::size_t j = 0; j < i; ++j) {
        const bool together = buffers[i].first_step <= buffers[j].last_step &&
                              buffers[j].first_step <= buffers[i].last_step;
        const bool apart = arena.offsets[i] + buffers[i].size.count() <= arena.offsets[j] ||
                           arena.offsets[j] + buffers[j].size.count() <= arena.offsets[i];
        EXPECT_TRUE(!together || apart) << i << " and " << j;
      }
    }
  }
}

}  // namespace
}  // namespace assay::plan
