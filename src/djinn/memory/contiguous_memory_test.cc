// SPDX-License-Identifier: MIT
#include "djinn/memory/contiguous_memory.h"

#include <gmock/gmock.h>

#include <cstring>

namespace assay::djinn {
namespace {

constexpr SessionId kFirst{.index = 0, .generation = 1};
constexpr SessionId kSecond{.index = 1, .generation = 1};
constexpr SessionId kThird{.index = 2, .generation = 1};

StateLayout layout_of(std::int64_t capacity) {
  return *StateLayout::create({{"k", {tensor::DType::kF32, {1, 1, capacity, 64}}}});
}

TEST(ContiguousMemory, ArenasBoundTheDensity) {
  // 64, 128, 256 of a unit in a segment of 1,000 units: floor(segment / arena) sessions, no more.
  for (const std::int64_t pages : {1, 2, 4, 7}) {
    auto memory = ContiguousMemory::create(Bytes(29 * page_size()), Bytes(pages * page_size()));
    ASSERT_TRUE(memory.has_value());
    std::int64_t sessions = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const SessionId id{.index = i, .generation = 1};
      ASSERT_TRUE((*memory)->open(id, layout_of(1)));
      const auto covered = (*memory)->cover(id, {0});
      if (!covered) {
        EXPECT_EQ(covered.error().reason, RefusalReason::kDeviceFull);
        break;
      }
      ++sessions;
    }
    EXPECT_EQ(sessions, 29 / pages);
    EXPECT_EQ((*memory)->use().unusable, Bytes(29 % pages * page_size()));
    EXPECT_TRUE((*memory)->check().has_value());
  }
}

TEST(ContiguousMemory, AnArenaBoundsASession) {
  auto memory = ContiguousMemory::create(Bytes(4 * page_size()), Bytes(page_size()));
  ASSERT_TRUE(memory.has_value());
  const std::int64_t tokens = page_size() / 256;
  EXPECT_TRUE((*memory)->open(kFirst, layout_of(tokens)));
  const auto refused = (*memory)->open(kSecond, layout_of(tokens + 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, RefusalReason::kTooLarge);
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("or start the server with larger arenas"));
}

TEST(ContiguousMemory, RoundsArenasToPagesAndSaysWhatNeverFits) {
  auto memory = ContiguousMemory::create(Bytes(3 * page_size()), Bytes(page_size() + 1));
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ((*memory)->use().free, Bytes(2 * page_size()));
  EXPECT_EQ((*memory)->use().unusable, Bytes(page_size()));
  EXPECT_FALSE(ContiguousMemory::create(Bytes(page_size()), Bytes(2 * page_size())).has_value());
  EXPECT_FALSE(ContiguousMemory::create(Bytes(page_size()), Bytes(0)).has_value());
}

TEST(ContiguousMemory, AVacatedArenaServesTheNext) {
  auto memory = ContiguousMemory::create(Bytes(2 * page_size()), Bytes(page_size()));
  ASSERT_TRUE(memory.has_value());
  for (const SessionId id : {kFirst, kSecond, kThird})
    ASSERT_TRUE((*memory)->open(id, layout_of(2)));
  ASSERT_TRUE((*memory)->cover(kFirst, {1}));
  ASSERT_TRUE((*memory)->cover(kSecond, {1}));
  EXPECT_FALSE((*memory)->cover(kThird, {1}).has_value());
  (*memory)->vacate(kFirst);
  EXPECT_EQ((*memory)->base(kFirst), nullptr);
  EXPECT_EQ((*memory)->held(kFirst), Bytes(0));
  ASSERT_TRUE((*memory)->cover(kThird, {1}));
  std::memset((*memory)->base(kThird), 3, static_cast<std::size_t>(page_size()));
  EXPECT_EQ((*memory)->wanted(kFirst, {1}), Bytes(page_size()));
  (*memory)->close(kSecond);
  EXPECT_EQ((*memory)->use().free, Bytes(page_size()));
  EXPECT_TRUE((*memory)->check().has_value());
}

TEST(ContiguousMemoryDeathTest, BetweenArenasLiesAPageThatNobodyMayTouch) {
  auto memory = ContiguousMemory::create(Bytes(2 * page_size()), Bytes(page_size()));
  ASSERT_TRUE(memory.has_value());
  ASSERT_TRUE((*memory)->open(kFirst, layout_of(2)));
  ASSERT_TRUE((*memory)->cover(kFirst, {1}));
  volatile std::byte* const behind = (*memory)->base(kFirst) + page_size();
  EXPECT_DEATH(*behind = std::byte{1}, "");
}

}  // namespace
}  // namespace assay::djinn
