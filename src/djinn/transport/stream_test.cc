// SPDX-License-Identifier: MIT
#include "djinn/transport/stream.h"

#include <gtest/gtest.h>

#include <array>

#include "djinn/transport/socket.h"

namespace assay::djinn {
namespace {

TEST(Stream, CountsWhatWentThroughTheSocket) {
  auto [left, right] = *SocketStream::pair();
  const std::array<std::byte, 5> bytes{};
  const Part parts[] = {bytes, {}, std::span(bytes).first(2)};
  const auto sent = left->send(parts);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->bytes, 7U);
  std::array<std::byte, 4> into{};
  ASSERT_EQ(right->receive(into)->bytes, 4U);
  ASSERT_EQ(right->receive(into)->bytes, 3U);
  EXPECT_EQ(right->receive(into)->state, MovedState::kNotNow);
  EXPECT_EQ(left->counters().sent, 7U);
  EXPECT_EQ(left->counters().send_calls, 1U);
  EXPECT_EQ(left->counters().received, 0U);
  EXPECT_EQ(right->counters().received, 7U);
  EXPECT_EQ(right->counters().receive_calls, 3U);
}

TEST(Stream, IsNotAskedForNothing) {
  auto [left, right] = *SocketStream::pair();
  EXPECT_DEATH(std::ignore = left->send({}), "something to send");
  EXPECT_DEATH(std::ignore = right->receive({}), "room to receive");
}

}  // namespace
}  // namespace assay::djinn
