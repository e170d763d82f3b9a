// SPDX-License-Identifier: MIT
#include "djinn/schedule/credits.h"

#include <gmock/gmock.h>

#include <vector>

#include "core/random.h"

namespace assay::djinn {
namespace {

TEST(Credits, AreBytesAndOperations) {
  CreditAccount account({.bytes = Bytes(100), .ops = 3});
  EXPECT_TRUE(account.spend(Bytes(60)));
  EXPECT_FALSE(account.spend(Bytes(41)));
  EXPECT_TRUE(account.spend(Bytes(40)));
  EXPECT_TRUE(account.spend(Bytes(0)));
  EXPECT_FALSE(account.spend(Bytes(0))) << "three operations";
  EXPECT_EQ(account.refused(), 2);
  account.refund(Bytes(60));
  EXPECT_EQ(account.bytes_left(), Bytes(60));
  EXPECT_EQ(account.ops_left(), 1);
}

TEST(Credits, WhatIsTooLargePassesAlone) {
  CreditAccount account({.bytes = Bytes(100), .ops = 3});
  EXPECT_TRUE(account.spend(Bytes(1)));
  EXPECT_FALSE(account.spend(Bytes(INT64_MAX)));
  account.refund(Bytes(1));
  EXPECT_TRUE(account.spend(Bytes(INT64_MAX)));
  EXPECT_FALSE(account.spend(Bytes(0)));
  account.refund(Bytes(INT64_MAX));
  EXPECT_EQ(account.bytes_left(), Bytes(100));
}

TEST(Credits, ControlAlwaysPasses) {
  CreditAccount account({.bytes = Bytes(1), .ops = 1, .control_ops = 2});
  EXPECT_TRUE(account.spend(Bytes(1)));
  EXPECT_FALSE(account.spend(Bytes(1)));
  EXPECT_TRUE(account.spend_control());
  EXPECT_TRUE(account.spend_control());
  EXPECT_FALSE(account.spend_control()) << "but not without end";
  account.refund_control();
  EXPECT_TRUE(account.spend_control());
}

TEST(Credits, StreamAndSessionPayTogetherOrNotAtAll) {
  CreditAccount stream({.bytes = Bytes(100), .ops = 10});
  CreditAccount first({.bytes = Bytes(70), .ops = 10});
  CreditAccount second({.bytes = Bytes(70), .ops = 10});
  EXPECT_TRUE(spend_both(stream, first, Bytes(60)));
  EXPECT_FALSE(spend_both(stream, first, Bytes(20))) << "the session has 10";
  EXPECT_EQ(stream.bytes_left(), Bytes(40));
  EXPECT_TRUE(spend_both(stream, second, Bytes(30)));
  EXPECT_FALSE(spend_both(stream, second, Bytes(30))) << "the stream has 10";
  EXPECT_EQ(second.bytes_left(), Bytes(40));
  refund_both(stream, first, Bytes(60));
  EXPECT_EQ(stream.bytes_left(), Bytes(70));
  EXPECT_EQ(first.bytes_left(), Bytes(70));
}

TEST(Credits, AddUpOverRandomUse) {
  Random random(2);
  CreditAccount account({.bytes = Bytes(1'000), .ops = 20});
  std::vector<Bytes> spent;
  std::int64_t sum = 0;
  for (int step = 0; step < 20'000; ++step) {
    const Bytes bytes(static_cast<std::int64_t>(random.below(400)));
    if (random.coin()) {
      if (account.spend(bytes)) {
        spent.push_back(bytes);
        sum += bytes.count();
      }
    } else if (!spent.empty()) {
      account.refund(spent.back());
      sum -= spent.back().count();
      spent.pop_back();
    }
    ASSERT_EQ(account.bytes_left(), Bytes(1'000 - sum));
    ASSERT_EQ(account.ops_left(), 20 - std::ssize(spent));
    ASSERT_GE(account.bytes_left(), Bytes(0));
    ASSERT_GE(account.ops_left(), 0);
  }
}

TEST(CreditsDeathTest, NoMoreComesBackThanWasSpent) {
  CreditAccount account({.bytes = Bytes(10), .ops = 2});
  ASSERT_TRUE(account.spend(Bytes(5)));
  EXPECT_DEATH(account.refund(Bytes(6)), "no more comes back than was spent");
}

}  // namespace
}  // namespace assay::djinn
