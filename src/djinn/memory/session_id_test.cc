// SPDX-License-Identifier: MIT
#include "djinn/memory/session_id.h"

#include <gmock/gmock.h>

namespace assay::djinn {
namespace {

TEST(SessionId, IsOneNumberOnTheWire) {
  const SessionId id{.index = 0xFFFF'FFFE, .generation = 0x8000'0001};
  EXPECT_EQ(id.packed(), 0x8000'0001'FFFF'FFFEU);
  EXPECT_EQ(SessionId::unpack(id.packed()), id);
  EXPECT_EQ(SessionId().packed(), 0U);
}

TEST(SessionId, OfAnotherGenerationIsAnotherName) {
  EXPECT_NE((SessionId{.index = 3, .generation = 1}), (SessionId{.index = 3, .generation = 2}));
}

}  // namespace
}  // namespace assay::djinn
