// SPDX-License-Identifier: MIT
#include "djinn/memory/paged_memory.h"

#include <gmock/gmock.h>

#include <cstring>

#include "core/random.h"

namespace assay::djinn {
namespace {

constexpr SessionId kFirst{.index = 0, .generation = 1};
constexpr SessionId kSecond{.index = 1, .generation = 1};

/// Two states of two heads: four stripes of `pages` pages each, 16 tokens of f32 to a page of 4
/// KiB.
StateLayout layout_of(std::int64_t pages) {
  const std::int64_t width = page_size() / 16 / 4;
  const tensor::TensorType type{tensor::DType::kF32, {1, 2, 16 * pages, width}};
  return *StateLayout::create({{"k", type}, {"v", type}});
}

std::unique_ptr<SessionMemory> memory_of(std::int64_t blocks, std::int64_t mappings = 48'000) {
  auto memory = PagedMemory::create({.size = Bytes(blocks * page_size()),
                                     .block_size = Bytes(page_size()),
                                     .mappings_max = mappings});
  ASSAY_CHECK(memory.has_value(), "a small memory is there");
  return std::move(*memory);
}

void fill(SessionMemory& memory, SessionId id, const StateLayout& layout, const Lengths& lengths,
          int value) {
  layout.for_each_run(
      Lengths(lengths.size()), lengths, [&](std::int64_t offset, std::int64_t size) {
        std::memset(memory.base(id) + offset, value, static_cast<std::size_t>(size));
      });
}

bool is_filled(const SessionMemory& memory, SessionId id, const StateLayout& layout,
               const Lengths& lengths, int value) {
  bool all = true;
  layout.for_each_run(
      Lengths(lengths.size()), lengths, [&](std::int64_t offset, std::int64_t size) {
        const std::vector<std::byte> wanted(static_cast<std::size_t>(size),
                                            static_cast<std::byte>(value));
        all = all && std::memcmp(memory.base(id) + offset, wanted.data(), wanted.size()) == 0;
      });
  return all;
}

TEST(PagedMemory, OnlyTokensThatAreThereCost) {
  const auto memory = memory_of(64);
  const StateLayout layout = layout_of(1'000);  // Addresses for far more than there is memory.
  ASSERT_TRUE(memory->open(kFirst, layout));
  EXPECT_EQ(memory->held(kFirst), Bytes(0));
  ASSERT_TRUE(memory->cover(kFirst, {1}));
  EXPECT_EQ(memory->held(kFirst), Bytes(4 * page_size())) << "a block in every stripe";
  ASSERT_TRUE(memory->cover(kFirst, {16}));
  EXPECT_EQ(memory->held(kFirst), Bytes(4 * page_size()));
  EXPECT_EQ(memory->wanted(kFirst, {17}), Bytes(4 * page_size()));
  ASSERT_TRUE(memory->cover(kFirst, {17}));
  EXPECT_EQ(memory->held(kFirst), Bytes(8 * page_size()));
  EXPECT_EQ(memory->wanted(kFirst, {17}), Bytes(0));
  const auto refused = memory->cover(kFirst, {17 * 16});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, RefusalReason::kTooLarge);
  EXPECT_EQ(memory->held(kFirst), Bytes(8 * page_size())) << "all or nothing";
  EXPECT_TRUE(memory->check().has_value());
}

TEST(PagedMemory, IsFullWhenOthersHoldTheBlocks) {
  const auto memory = memory_of(10);
  const StateLayout layout = layout_of(4);
  ASSERT_TRUE(memory->open(kFirst, layout));
  ASSERT_TRUE(memory->open(kSecond, layout));
  ASSERT_TRUE(memory->cover(kFirst, {32}));
  EXPECT_EQ(memory->cover(kSecond, {1}).error().reason, RefusalReason::kDeviceFull);
  EXPECT_EQ(memory->use().free, Bytes(2 * page_size()));
  memory->uncover_behind(kFirst, {16});
  EXPECT_EQ(memory->use().free, Bytes(6 * page_size()));
  EXPECT_TRUE(memory->cover(kSecond, {1}));
  EXPECT_TRUE(memory->check().has_value());
}

TEST(PagedMemory, WithoutMemoryAddressesReadAsZerosAndCannotBeWritten) {
  const auto memory = memory_of(8);
  const StateLayout layout = layout_of(4);
  ASSERT_TRUE(memory->open(kFirst, layout));
  ASSERT_TRUE(memory->cover(kFirst, {16}));
  fill(*memory, kFirst, layout, {16}, 5);
  volatile std::byte* const behind = memory->base(kFirst) + page_size();
  const std::byte read = *behind;
  EXPECT_EQ(read, std::byte{0});
  EXPECT_DEATH(*behind = std::byte{1}, "");
  memory->vacate(kFirst);
  EXPECT_EQ(*memory->base(kFirst), std::byte{0});
  volatile std::byte* const first = memory->base(kFirst);
  EXPECT_DEATH(*first = std::byte{1}, "");
  volatile std::byte* const before = memory->base(kFirst) - 1;
  EXPECT_DEATH((void)*before, "");
}

TEST(PagedMemory, RefusesWhatNeedsMoreMappingsThanThereAre) {
  const auto memory = memory_of(64, 30);
  const StateLayout layout = layout_of(8);
  ASSERT_TRUE(memory->open(kFirst, layout));
  ASSERT_TRUE(memory->open(kSecond, layout));
  ASSERT_TRUE(memory->cover(kFirst, {16}));
  std::int64_t tokens = 16;
  RefusalReason reason = RefusalReason::kBusy;
  for (; tokens < 128; tokens += 16) {
    const SessionId id = tokens % 32 == 0 ? kFirst : kSecond;
    if (const auto covered = memory->cover(id, {tokens}); !covered) {
      reason = covered.error().reason;
      break;
    }
  }
  EXPECT_EQ(reason, RefusalReason::kMappingsFull);
  EXPECT_TRUE(memory->check().has_value()) << "nothing was taken by what was refused";
  memory->vacate(kSecond);
  EXPECT_TRUE(memory->cover(kFirst, {48}));
}

TEST(PagedMemory, KeepsTheBytesOfSessionsApart) {
  constexpr std::uint32_t kSessions = 5;
  const auto memory = memory_of(70);
  const StateLayout layout = layout_of(6);
  std::vector<std::int64_t> lengths(kSessions);
  const auto id_of = [](std::uint32_t i) { return SessionId{.index = i, .generation = 1}; };
  for (std::uint32_t i = 0; i < kSessions; ++i)
    ASSERT_TRUE(memory->open(id_of(i), layout));
  Random random(21);
  for (int step = 0; step < 3'000; ++step) {
    const auto i = static_cast<std::uint32_t>(random.below(kSessions));
    const SessionId id = id_of(i);
    const auto next = static_cast<std::int64_t>(random.below(97));
    if (random.below(8) == 0) {
      memory->vacate(id);
      lengths[i] = 0;
    } else if (next < lengths[i]) {
      memory->uncover_behind(id, {next});
      lengths[i] = next;
    } else if (memory->cover(id, {next})) {
      fill(*memory, id, layout, {next}, static_cast<int>(i) + 1);
      lengths[i] = next;
    }
    const auto checked = memory->check();
    ASSERT_TRUE(checked.has_value()) << checked.error().message();
    for (std::uint32_t k = 0; k < kSessions; ++k) {
      ASSERT_TRUE(is_filled(*memory, id_of(k), layout, {lengths[k]}, static_cast<int>(k) + 1));
    }
  }
}

TEST(PagedMemory, ClosedSessionsGiveEverythingBack) {
  const auto memory = memory_of(16);
  const StateLayout layout = layout_of(3);
  for (std::uint32_t round = 1; round <= 5'000; ++round) {  // More than there are mappings.
    const SessionId id{.index = 0, .generation = round};
    ASSERT_TRUE(memory->open(id, layout));
    ASSERT_TRUE(memory->cover(id, {48}));
    memory->close(id);
    ASSERT_EQ(memory->use().free, Bytes(16 * page_size()));
  }
}

}  // namespace
}  // namespace assay::djinn
