// SPDX-License-Identifier: MIT
#include "core/clock.h"

#include <gmock/gmock.h>

namespace assay {
namespace {

TEST(SteadyClock, NeverGoesBack) {
  Nanoseconds last = SteadyClock::read();
  for (int i = 0; i < 1000; ++i) {
    const Nanoseconds next = SteadyClock{}.now();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  EXPECT_EQ(clock.now(), 0ns);
  clock.advance(250us);
  EXPECT_EQ(clock.now(), 250us);
}

TEST(UtcNow, IsAnIsoTime) {
  EXPECT_THAT(utc_now(), ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
}

}  // namespace
}  // namespace assay
