// SPDX-License-Identifier: MIT
#include "djinn/memory/region.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <vector>

namespace assay::djinn {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

/// Whether every page is there: asked of the kernel, not of the facts.
bool is_resident(std::span<std::byte> bytes) {
  std::vector<unsigned char> pages(bytes.size() / static_cast<std::size_t>(page_size()));
  if (mincore(bytes.data(), bytes.size(), pages.data()) != 0) return false;
  for (const unsigned char page : pages) {
    if ((page & 1U) == 0) return false;
  }
  return true;
}

TEST(Region, IsRealAtBirthAndWritable) {
  for (const RegionKind kind : {RegionKind::kPrivate, RegionKind::kShared}) {
    auto region = Region::create(Bytes(5 * kMiB + 1), kind);
    ASSERT_TRUE(region.has_value()) << region.error().to_string();
    EXPECT_EQ(region->bytes().size(), static_cast<std::size_t>(5 * kMiB + page_size()));
    EXPECT_EQ(region->facts().size.count(), 5 * kMiB + page_size());
    EXPECT_TRUE(is_resident(region->bytes()));
    for (std::byte& byte : region->bytes()) {
      EXPECT_EQ(byte, std::byte{0});
      byte = std::byte{0x5A};
    }
    EXPECT_EQ(region->descriptor() >= 0, kind == RegionKind::kShared);
    EXPECT_GE(region->facts().huge().count(), 0);
    EXPECT_LE(region->facts().huge(), region->facts().size);
  }
}

TEST(Region, CountsHugePagesByTheFaultsTheyTook) {
  RegionFacts facts{.size = Bytes(64 * kMiB), .faults = 32};
  EXPECT_EQ(facts.huge(), Bytes(64 * kMiB)) << "one fault for every 2 MiB";
  facts.faults = 64 * kMiB / page_size();
  EXPECT_EQ(facts.huge(), Bytes(0)) << "one fault a page";
  facts.faults = 16 + 32 * kMiB / page_size();
  EXPECT_EQ(facts.huge(), Bytes(32 * kMiB)) << "half and half";
  facts.was_populated = true;
  EXPECT_THAT(facts.to_string(), testing::HasSubstr("64 MiB private, populated in 8208 faults"));
}

TEST(Region, RefusesWhatNoMachineHas) {
  EXPECT_THAT(Region::create(Bytes(0), RegionKind::kPrivate).error().message(),
              testing::HasSubstr("0 bytes: expected a positive number"));
  const auto vast = Region::create(Bytes(std::int64_t{1} << 60), RegionKind::kPrivate);
  ASSERT_FALSE(vast.has_value());
  EXPECT_EQ(vast.error().blame(), Blame::kEnvironment);
  EXPECT_THAT(vast.error().message(), testing::HasSubstr("addresses for 1.05e+06 TiB failed: "));
}

TEST(Region, MovesAndLetsGoOnce) {
  auto first = Region::create(Bytes(kMiB), RegionKind::kShared);
  ASSERT_TRUE(first.has_value());
  std::byte* const address = first->bytes().data();
  Region second = std::move(*first);
  EXPECT_EQ(second.bytes().data(), address);
  EXPECT_TRUE(first->bytes().empty());
  Region third;
  third = std::move(second);
  EXPECT_EQ(third.bytes().data(), address);
  EXPECT_EQ(second.descriptor(), -1);
  third.bytes()[0] = std::byte{1};
}

TEST(RegionDeathTest, EndsAtAPageThatNobodyMayTouch) {
  for (const RegionKind kind : {RegionKind::kPrivate, RegionKind::kShared}) {
    auto region = Region::create(Bytes(page_size()), kind);
    ASSERT_TRUE(region.has_value());
    volatile std::byte* const behind = region->bytes().data() + region->bytes().size();
    EXPECT_DEATH(*behind = std::byte{1}, "");
  }
}

}  // namespace
}  // namespace assay::djinn
