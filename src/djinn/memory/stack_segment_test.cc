// SPDX-License-Identifier: MIT
#include "djinn/memory/stack_segment.h"

#include <gmock/gmock.h>

#include <cstring>

namespace assay::djinn {
namespace {

std::unique_ptr<StackSegment> stack_of(std::int64_t pages) {
  auto stack = StackSegment::create(Bytes(pages * page_size()));
  ASSAY_CHECK(stack.has_value(), "a small stack is there");
  return std::move(*stack);
}

TEST(StackSegment, FramesGiveBackWhatTheyTook) {
  const auto stack = stack_of(2);
  std::byte* first = nullptr;
  {
    StackFrame outer = stack->frame();
    first = outer.take(Bytes(100))->data();
    EXPECT_EQ(stack->report().used, Bytes(100));
    EXPECT_EQ(stack->report().waste_internal, Bytes(28)) << "to the next cache line";
    {
      StackFrame inner = stack->frame();
      const auto bytes = inner.take(Bytes(1'000));
      ASSERT_TRUE(bytes.has_value());
      EXPECT_EQ(bytes->data(), first + 128);
      std::memset(bytes->data(), 1, bytes->size());
    }
    EXPECT_EQ(stack->report().used, Bytes(100));
    EXPECT_EQ(outer.take(Bytes(0))->size(), 0U);
  }
  EXPECT_EQ(stack->report().used, Bytes(0));
  EXPECT_EQ(stack->high_water(), Bytes(1'152));
  StackFrame again = stack->frame();
  EXPECT_EQ(again.take(Bytes(1))->data(), first);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
}

TEST(StackSegment, RefusesWhatDoesNotFit) {
  const auto stack = stack_of(1);
  StackFrame frame = stack->frame();
  ASSERT_TRUE(frame.take(Bytes(page_size() - 10)));
  EXPECT_EQ(frame.take(Bytes(1)).error().reason, RefusalReason::kDeviceFull);
  EXPECT_EQ(frame.take(Bytes(page_size() + 1)).error().reason, RefusalReason::kTooLarge);
  EXPECT_EQ(frame.take(Bytes(-1)).error().reason, RefusalReason::kTooLarge);
  MemoryReport report;
  report.stack = stack->report();
  EXPECT_EQ(imbalance(report), std::nullopt);
}

TEST(StackSegmentDeathTest, FramesEndInOrder) {
  const auto stack = stack_of(1);
  StackFrame outer = stack->frame();
  StackFrame inner = stack->frame();
  EXPECT_DEATH((void)outer.take(Bytes(1)), "only the frame that began last takes");
}

}  // namespace
}  // namespace assay::djinn
