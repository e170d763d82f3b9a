// SPDX-License-Identifier: MIT
#include "lab/workload/shared_buffers.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::workload {
namespace {

TEST(SharedBuffers, OneRoleIsOneMemory) {
  SharedBuffers buffers(1);
  std::byte* first = buffers.get("a", Bytes(1000));
  EXPECT_EQ(buffers.get("a", Bytes(1000)), first);
  EXPECT_EQ(buffers.get("a", Bytes(1100)), first) << "an eighth more is still shared";
  EXPECT_NE(buffers.get("b", Bytes(1000)), first);
  for (int i = 0; i < 1000; ++i)
    EXPECT_EQ(first[i], std::byte{0});
}

TEST(SharedBuffers, GrowingKeepsContentsAndOldPointers) {
  SharedBuffers buffers(1);
  std::byte* small = buffers.get("a", Bytes(100));
  small[99] = std::byte{42};
  std::byte* large = buffers.get("a", Bytes(1 << 20));
  EXPECT_NE(large, small);
  EXPECT_EQ(large[99], std::byte{42});
  small[99] = std::byte{43};  // Still there: the sanitizers would say otherwise.
  EXPECT_EQ(large[99], std::byte{42});
}

TEST(SharedBuffers, LayoutComesFromTheSeed) {
  std::set<std::int64_t> offsets;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    SharedBuffers buffers(seed);
    SharedBuffers same(seed);
    const auto address = reinterpret_cast<std::uintptr_t>(buffers.get("a", Bytes(10)));
    same.get("a", Bytes(10));
    EXPECT_EQ(address % 64, 0U);
    EXPECT_EQ(buffers.page_offset("a"), static_cast<std::int64_t>(address % 4096));
    EXPECT_EQ(buffers.page_offset("a"), same.page_offset("a"));
    offsets.insert(buffers.page_offset("a"));
  }
  EXPECT_GT(offsets.size(), 20U) << "no layout is the layout";
}

TEST(SharedBuffers, RandomNumbersDependOnSeedRoleAndPositionOnly) {
  SharedBuffers buffers(1);
  SharedBuffers other_layout(2);
  const std::span<float> a = buffers.random_floats("a", 100, 7);
  const std::vector<float> before(a.begin(), a.end());
  const std::span<float> longer = buffers.random_floats("a", 1 << 20, 7);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), longer.begin()));
  const std::span<float> elsewhere = other_layout.random_floats("a", 100, 7);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), elsewhere.begin()));
  const std::span<float> b = buffers.random_floats("b", 100, 7);
  EXPECT_FALSE(std::equal(before.begin(), before.end(), b.begin()));
  EXPECT_THAT(before, ::testing::Each(::testing::AllOf(::testing::Ge(-1.0F), ::testing::Lt(1.0F))));
}

TEST(SharedBuffers, FillsOnceAndAgainForAnotherSeed) {
  SharedBuffers buffers(1);
  std::span<float> a = buffers.random_floats("a", 100, 7);
  const float first = a[0];
  a[0] = 5;
  EXPECT_EQ(buffers.random_floats("a", 100, 7)[0], 5) << "what is filled is left alone";
  EXPECT_NE(buffers.random_floats("a", 100, 8)[0], 5);
  EXPECT_EQ(buffers.random_floats("a", 100, 7)[0], first);
}

TEST(SharedBuffersDeathTest, AnUnknownRoleHasNoOffset) {
  const SharedBuffers buffers(1);
  EXPECT_DEATH((void)buffers.page_offset("a"), "once it was asked for");
}

}  // namespace
}  // namespace assay::workload
