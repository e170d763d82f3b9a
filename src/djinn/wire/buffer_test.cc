// SPDX-License-Identifier: MIT
#include "djinn/wire/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace assay::djinn {
namespace {

static_assert(!std::is_copy_constructible_v<Buffer> && !std::is_copy_assignable_v<Buffer>);

TEST(Buffer, IsAlignedForTensors) {
  for (const std::size_t size : {1U, 63U, 64U, 65U, 100'000U}) {
    const Buffer buffer(size);
    EXPECT_EQ(buffer.size(), size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.bytes().data()) % kPayloadAlignment, 0U);
  }
  EXPECT_TRUE(Buffer().empty());
  EXPECT_TRUE(Buffer(0).bytes().empty());
}

TEST(Buffer, KeepsItsBytesWhenItGrows) {
  constexpr std::array kBytes{std::byte{1}, std::byte{2}, std::byte{3}};
  Buffer buffer = Buffer::copy_of(kBytes);
  buffer.grow_to(1000);
  ASSERT_EQ(buffer.size(), 1000U);
  EXPECT_TRUE(std::ranges::equal(buffer.bytes().first(3), kBytes));
  EXPECT_DEATH(buffer.grow_to(999), "only grows");
}

TEST(Buffer, GathersParts) {
  constexpr std::array kFirst{std::byte{1}, std::byte{2}};
  constexpr std::array kLast{std::byte{3}};
  const std::vector<std::span<const std::byte>> parts{kFirst, {}, kLast};
  const Buffer buffer = Buffer::copy_of(parts);
  constexpr std::array kAll{std::byte{1}, std::byte{2}, std::byte{3}};
  EXPECT_TRUE(std::ranges::equal(buffer.bytes(), kAll));
  EXPECT_TRUE(Buffer::copy_of(std::span<const std::span<const std::byte>>()).empty());
}

TEST(Buffer, LeavesNothingBehindWhenItMoves) {
  Buffer from(10);
  const std::byte* where = from.bytes().data();
  const Buffer to = std::move(from);
  EXPECT_EQ(to.bytes().data(), where);
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is asked.
}

}  // namespace
}  // namespace assay::djinn
