// SPDX-License-Identifier: MIT
#include "engine/backend/winners.h"

#include <gmock/gmock.h>

namespace assay::backend {
namespace {

TEST(ForgetfulWinners, KeepsTheLatestOfEach) {
  const auto winners = make_forgetful_winners();
  EXPECT_EQ(winners->find("a"), std::nullopt);
  winners->keep("a", "first");
  winners->keep("b", "");
  winners->keep("a", "second");
  EXPECT_EQ(winners->find("a"), "second");
  EXPECT_EQ(winners->find("b"), "");
  EXPECT_EQ(winners->trouble(), "");
  EXPECT_EQ(make_forgetful_winners()->find("a"), std::nullopt) << "no two share anything";
}

}  // namespace
}  // namespace assay::backend
