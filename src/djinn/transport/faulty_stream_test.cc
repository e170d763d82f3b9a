// SPDX-License-Identifier: MIT
#include "djinn/transport/faulty_stream.h"

#include <gtest/gtest.h>

#include <array>

namespace assay::djinn {
namespace {

TEST(FaultyStream, MovesEverythingInTheEnd) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto [left, right] = *FaultyStream::pair({.seed = seed, .room = 16});
    std::vector<std::byte> bytes(500);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::byte>(i);
    std::vector<std::byte> got;
    std::size_t sent = 0;
    int not_now = 0;
    for (int turn = 0; turn < 100'000 && got.size() < bytes.size(); ++turn) {
      if (sent < bytes.size()) {
        const Part part = std::span<const std::byte>(bytes).subspan(sent);
        const auto moved = left->send({&part, 1});
        ASSERT_TRUE(moved);
        EXPECT_LE(moved->bytes, 7U);
        sent += moved->bytes;
        not_now += moved->state == MovedState::kNotNow ? 1 : 0;
      }
      std::array<std::byte, 64> into;
      const auto moved = right->receive(into);
      ASSERT_TRUE(moved);
      got.insert(got.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(moved->bytes));
    }
    EXPECT_EQ(got, bytes);
    EXPECT_GT(not_now, 0);
    left.reset();
    std::array<std::byte, 8> into;
    EXPECT_EQ(right->receive(into)->state, MovedState::kEnded);
  }
}

TEST(FaultyStream, IsCutAndDamagedAtTheByteThatWasAsked) {
  const std::vector<std::byte> bytes(20, std::byte{0});
  const Part part(bytes);
  auto [left, right] =
      *FaultyStream::pair({.piece_max = 64, .not_now = 0, .cut_at = 10, .damage_at = 3});
  std::size_t sent = 0;
  while (sent < 10) {
    const Part rest = part.subspan(sent, 10 - sent);
    sent += left->send({&rest, 1})->bytes;
  }
  EXPECT_FALSE(left->send({&part, 1}));
  EXPECT_FALSE(left->send({&part, 1}));
  std::vector<std::byte> got(10);
  std::size_t at = 0;
  while (at < 10)
    at += right->receive(std::span(got).subspan(at))->bytes;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i], i == 3 ? std::byte{0x10} : std::byte{0});
  std::array<std::byte, 8> into;
  EXPECT_FALSE(right->receive(into)) << "a cut is no end";
}

}  // namespace
}  // namespace assay::djinn
