// SPDX-License-Identifier: MIT
// For tests: a message through its bytes and back.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "djinn/wire/limits.h"
#include "djinn/wire/message.h"

namespace assay::djinn {

/// What was read, which says the same bytes again.
template <class Message>
Message there_and_back(const Message& message) {
  const auto bytes = encode(message);
  const auto read = decode<Message>(bytes);
  EXPECT_TRUE(read) << (read ? std::string() : read.error().to_string());
  EXPECT_LE(bytes.size(), limits_of(Message::kOpcode).body_max);
  EXPECT_EQ(encode(*read), bytes);
  return *read;
}

/// Why it is not read.
template <class Message>
std::string refusal(const Message& message) {
  const auto read = decode<Message>(encode(message));
  return read ? "it was accepted" : read.error().to_string();
}

}  // namespace assay::djinn
