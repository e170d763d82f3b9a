// SPDX-License-Identifier: MIT
#include "djinn/memory/block_pool.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

#include "core/random.h"

namespace assay::djinn {
namespace {

std::unique_ptr<BlockPool> pool_of(std::int64_t blocks, RegionKind kind = RegionKind::kPrivate) {
  auto pool = BlockPool::create(Bytes(blocks * page_size()), Bytes(page_size()), kind);
  ASSAY_CHECK(pool.has_value(), "a small pool is there");
  return std::move(*pool);
}

TEST(BlockPool, RefusesSizesThatAreNoBlocks) {
  const auto message = [](std::int64_t size, std::int64_t block) {
    return BlockPool::create(Bytes(size), Bytes(block), RegionKind::kPrivate).error().message();
  };
  EXPECT_THAT(message(1 << 20, 100),
              testing::HasSubstr("blocks of 100 bytes: expected a multiple"));
  EXPECT_THAT(message(1 << 20, 0), testing::HasSubstr("blocks of 0 bytes"));
  EXPECT_THAT(message(page_size(), 2 * page_size()), testing::HasSubstr("holds no block"));
  EXPECT_THAT(message(std::int64_t{1} << 60, page_size()), testing::HasSubstr("larger ones"));
}

TEST(BlockPool, GivesAllOrNothingInFewRuns) {
  const auto pool = pool_of(8);
  auto first = pool->take(5);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(*first, testing::ElementsAre(0, 1, 2, 3, 4)) << "one run";
  EXPECT_EQ(pool->take(4), std::nullopt);
  EXPECT_EQ(pool->free_blocks(), 3) << "nothing was taken";
  pool->put(1);
  auto rest = pool->take(4);
  ASSERT_TRUE(rest.has_value());
  EXPECT_THAT(*rest, testing::ElementsAre(5, 6, 7, 1));
  EXPECT_EQ(pool->free_blocks(), 0);
}

TEST(BlockPool, KeepsTheBytesOfEveryBlockApart) {
  const auto pool = pool_of(16, RegionKind::kShared);
  EXPECT_GE(pool->descriptor(), 0);
  Random random(1);
  std::vector<BlockIndex> held;
  for (int step = 0; step < 2'000; ++step) {
    if (random.coin()) {
      if (const auto got = pool->take(static_cast<std::int64_t>(random.below(5)))) {
        for (const BlockIndex block : *got) {
          std::memset(pool->bytes(block).data(), block + 1, pool->bytes(block).size());
          pool->header(block) = {.owner = {.index = 0, .generation = 1}, .place = block};
          held.push_back(block);
        }
      }
    } else if (!held.empty()) {
      std::swap(held[random.below(held.size())], held.back());
      pool->put(held.back());
      EXPECT_EQ(pool->header(held.back()).owner, SessionId());
      held.pop_back();
    }
    EXPECT_EQ(pool->free_blocks() + std::ssize(held), pool->blocks());
    for (const BlockIndex block : held) {
      EXPECT_EQ(pool->bytes(block).front(), static_cast<std::byte>(block + 1));
      EXPECT_EQ(pool->bytes(block).back(), static_cast<std::byte>(block + 1));
      EXPECT_EQ(pool->header(block).place, block);
    }
  }
}

TEST(BlockPoolDeathTest, NoticesABlockPutBackTwice) {
  const auto pool = pool_of(2);
  ASSERT_TRUE(pool->take(1).has_value());
  pool->put(0);
  EXPECT_DEATH(pool->put(0), "what comes back was taken");
}

#if defined(__SANITIZE_ADDRESS__)
TEST(BlockPoolDeathTest, FreedBlocksArePoisoned) {
  const auto pool = pool_of(2);
  const auto taken = pool->take(1);
  std::byte* const bytes = pool->bytes(0).data();
  bytes[0] = std::byte{1};
  pool->put(0);
  EXPECT_DEATH(*static_cast<volatile std::byte*>(bytes) = std::byte{2}, "use-after-poison");
}
#endif

}  // namespace
}  // namespace assay::djinn
