// SPDX-License-Identifier: MIT
#include "djinn/server/request.h"

#include <gtest/gtest.h>

namespace assay::djinn {
namespace {

TEST(Request, IsWantedUntilItIsCancelledOrItsTimeIsOver) {
  const SteadyClock clock;
  Request request{.frame = {}, .clock = StageClock(clock, 0ns, 0ns), .deadline = 5ms};
  EXPECT_FALSE(unwanted(request, 4ms));
  EXPECT_EQ(unwanted(request, 5ms)->code, ErrorCode::kDeadline);
  const auto is_cancelled = std::make_shared<std::atomic<bool>>(false);
  request.is_cancelled = is_cancelled;
  EXPECT_FALSE(unwanted(request, 4ms));
  *is_cancelled = true;
  EXPECT_EQ(unwanted(request, 4ms)->code, ErrorCode::kCancelled);
}

TEST(Request, RefusesWhatTheMachineHasNoMemoryFor) {
  const auto served = within_memory([]() -> Served<Done> { throw std::bad_alloc(); });
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(within_memory([]() -> Served<Done> { return Done{}; }));
}

}  // namespace
}  // namespace assay::djinn
