// SPDX-License-Identifier: MIT
#include "djinn/wire/identity.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

static_assert(!std::is_convertible_v<Epoch, Capability>, "one is never taken for another");
static_assert(!std::is_assignable_v<ModelId&, Epoch>);

TEST(Identity, IsShownAndReadAsHex) {
  ModelId id;
  EXPECT_TRUE(id.is_zero());
  id.bytes[0] = std::byte{0x0F};
  id.bytes[15] = std::byte{0xA0};
  EXPECT_FALSE(id.is_zero());
  const std::string text = to_hex(id.bytes);
  EXPECT_EQ(text, "0f0000000000000000000000000000a0");
  ModelId read;
  ASSERT_TRUE(parse_hex(text, read.bytes));
  EXPECT_EQ(read, id);
}

TEST(Identity, RefusesOtherText) {
  ModelId id;
  for (const std::string_view text :
       {"", "0f", "0F0000000000000000000000000000a0", "0g0000000000000000000000000000a0",
        "0f0000000000000000000000000000a0a0"}) {
    const auto result = parse_hex(text, id.bytes);
    ASSERT_FALSE(result) << text;
    EXPECT_NE(result.error().message().find("hexadecimal"), std::string::npos);
  }
}

TEST(Identity, ComparesSecrets) {
  Capability left;
  left.bytes.fill(std::byte{7});
  Capability right = left;
  EXPECT_TRUE(equal_in_constant_time(left.bytes, right.bytes));
  for (std::byte& byte : right.bytes) {
    byte ^= std::byte{0x80};
    EXPECT_FALSE(equal_in_constant_time(left.bytes, right.bytes));
    byte ^= std::byte{0x80};
  }
  EXPECT_FALSE(equal_in_constant_time(left.bytes, std::span(right.bytes).first(15)));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace assay::djinn
