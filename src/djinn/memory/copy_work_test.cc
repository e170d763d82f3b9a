// SPDX-License-Identifier: MIT
#include "djinn/memory/copy_work.h"

#include <gmock/gmock.h>

#include "core/crc32c.h"
#include "core/random.h"

namespace assay::djinn {
namespace {

constexpr SessionId kSession{.index = 1, .generation = 1};

std::vector<std::byte> random_bytes(std::size_t size) {
  Random random(size);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes)
    byte = static_cast<std::byte>(random.below(256));
  return bytes;
}

TEST(CopyWork, JoinsPiecesThatContinueOneAnother) {
  const auto from = random_bytes(64);
  std::vector<std::byte> to(64);
  CopyWork work(kSession, CopyDirection::kToHost, {1});
  work.add(from.data(), to.data(), 8);
  work.add(from.data() + 8, to.data() + 8, 8);
  work.add(from.data() + 16, to.data() + 32, 8);
  work.add(from.data() + 32, to.data() + 40, 8);
  EXPECT_EQ(work.pieces(), 3U) << "both ends have to touch";
  EXPECT_EQ(work.size(), Bytes(32));
  work.run();
  EXPECT_TRUE(work.is_done());
  EXPECT_TRUE(std::equal(from.begin(), from.begin() + 16, to.begin()));
  EXPECT_TRUE(std::equal(from.begin() + 16, from.begin() + 24, to.begin() + 32));
  EXPECT_EQ(to[16], std::byte{0}) << "nothing else is written";
}

TEST(CopyWork, RunsInPiecesOfAnySize) {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    const auto from = random_bytes(1'000);
    std::vector<std::byte> to(1'000), wanted(1'000);
    CopyWork work(kSession, CopyDirection::kToHost, {});
    for (std::size_t at = 0; at < 900;) {
      const std::size_t size = random.below(90) + 1;
      work.add(from.data() + at, to.data() + at, static_cast<std::int64_t>(size));
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), size,
                  wanted.begin() + static_cast<std::ptrdiff_t>(at));
      at += size + random.below(3);
    }
    std::int64_t moved = 0;
    while (!work.is_done()) {
      const auto piece = static_cast<std::int64_t>(random.below(70));
      work.run(Bytes(piece));
      EXPECT_LE(work.moved().count(), moved + std::max<std::int64_t>(piece, 1));
      moved = work.moved().count();
    }
    EXPECT_EQ(work.moved(), work.size());
    EXPECT_EQ(to, wanted);
  }
}

TEST(CopyWork, WithoutPiecesIsDoneAtOnce) {
  CopyWork work(kSession, CopyDirection::kToHost, {3});
  work.run(Bytes(1));
  EXPECT_TRUE(work.is_done());
  EXPECT_EQ(work.until(), Lengths{3});
}

TEST(CopyWork, ComparesChecksumsOnTheWayBackOnly) {
  auto bytes = random_bytes(100);
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(bytes)));
  for (const bool is_damaged : {false, true}) {
    if (is_damaged) bytes[50] ^= std::byte{4};
    CopyWork back(kSession, CopyDirection::kToDevice, {});
    back.add_check(0, bytes, crc);
    back.run();
    EXPECT_EQ(back.is_corrupt(), is_damaged);
    CopyWork out(kSession, CopyDirection::kToHost, {});
    out.add_check(0, bytes, 0);
    out.run();
    EXPECT_FALSE(out.is_corrupt());
    EXPECT_EQ(out.checks()[0].crc == crc, !is_damaged) << "it takes the checksum";
  }
}

}  // namespace
}  // namespace assay::djinn
