// SPDX-License-Identifier: MIT
#include "djinn/wire/limits.h"

#include <gtest/gtest.h>

#include <set>

namespace assay::djinn {
namespace {

TEST(OpcodeLimits, ListsEachNumberAndNameOnce) {
  std::set<std::string_view> names;
  std::uint16_t number = 0;
  for (const OpcodeLimits& limits : opcode_limits()) {
    EXPECT_EQ(static_cast<std::uint16_t>(limits.opcode), ++number);
    EXPECT_EQ(parse_opcode(number), limits.opcode);
    EXPECT_EQ(to_text(limits.opcode), limits.name);
    EXPECT_EQ(&limits_of(limits.opcode), &limits);
    EXPECT_TRUE(names.insert(limits.name).second) << limits.name;
  }
  EXPECT_EQ(parse_opcode(0), std::nullopt);
  EXPECT_EQ(parse_opcode(static_cast<std::uint16_t>(number + 1)), std::nullopt);
  EXPECT_EQ(parse_opcode(0xFFFF), std::nullopt);
}

TEST(OpcodeLimits, NumbersNeverMove) {
  EXPECT_EQ(static_cast<int>(Opcode::kHello), 1);
  EXPECT_EQ(static_cast<int>(Opcode::kLoadModel), 12);
  EXPECT_EQ(static_cast<int>(Opcode::kAppend), 21);
  EXPECT_EQ(static_cast<int>(Opcode::kFlushedPlans), 31);
  EXPECT_EQ(static_cast<int>(Opcode::kUnloadedModel), 33);
}

TEST(OpcodeLimits, KeepControlSmall) {
  for (const OpcodeLimits& limits : opcode_limits()) {
    SCOPED_TRACE(limits.name);
    EXPECT_GT(limits.body_max, 0U);
    EXPECT_LE(limits.body_max, 32U << 20U);
    EXPECT_LE(limits.payload_max, 1U << 30U);
    if (limits.is_control) {
      EXPECT_LE(limits.body_max, 128U << 10U);
      EXPECT_EQ(limits.payload_max, 0U);
    }
  }
}

TEST(OpcodeLimits, LetAPeerHoldLittleBeforeItGreets) {
  EXPECT_LE(limits_of(Opcode::kHello).body_max, 8U << 10U);
  EXPECT_EQ(limits_of(Opcode::kHello).payload_max, 0U);
}

}  // namespace
}  // namespace assay::djinn
