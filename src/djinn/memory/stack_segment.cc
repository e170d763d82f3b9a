// SPDX-License-Identifier: MIT
#include "djinn/memory/stack_segment.h"

#include <algorithm>

#include "djinn/memory/poison.h"

namespace assay::djinn {

StackFrame::StackFrame(StackSegment& stack)
    : stack_(stack), top_(stack.top_), asked_(stack.asked_), depth_(++stack.depth_) {}

StackFrame::~StackFrame() {
  ASSAY_CHECK_EQ(stack_.depth_, depth_, "the frame that began last ends first");
  const auto from = static_cast<std::size_t>(top_);
  const auto size = static_cast<std::size_t>(stack_.top_ - top_);
  poison(stack_.region_.bytes().subspan(from, size));
  stack_.top_ = top_;
  stack_.asked_ = asked_;
  --stack_.depth_;
}

Outcome<std::span<std::byte>> StackFrame::take(Bytes size) {
  ASSAY_CHECK_EQ(stack_.depth_, depth_, "only the frame that began last takes");
  return stack_.take(size);
}

Result<std::unique_ptr<StackSegment>> StackSegment::create(Bytes size) {
  ASSAY_TRY(Region region, Region::create(size, RegionKind::kPrivate));
  return std::unique_ptr<StackSegment>(new StackSegment(std::move(region)));
}

StackSegment::StackSegment(Region region) : region_(std::move(region)) {
  poison(region_.bytes());
}

StackSegment::~StackSegment() {
  unpoison(region_.bytes());
}

Outcome<std::span<std::byte>> StackSegment::take(Bytes size) {
  const std::int64_t whole = region_.facts().size.count();
  if (size.count() < 0 || size.count() > whole) {
    return Refusal::because(RefusalReason::kTooLarge,
                            "scratch of {} bytes exceeds the stack segment of {}: start the server "
                            "with a larger one",
                            size.count(), to_text(Bytes(whole)));
  }
  if (size.count() > whole - top_) {
    return Refusal::because(RefusalReason::kDeviceFull,
                            "scratch of {} is wanted and {} of the stack segment's {} are taken",
                            to_text(size), to_text(Bytes(top_)), to_text(Bytes(whole)));
  }
  const auto memory = region_.bytes().subspan(static_cast<std::size_t>(top_),
                                              static_cast<std::size_t>(size.count()));
  unpoison(memory);
  // Regions are whole pages, so that the rounded top never passes the end.
  top_ = (top_ + size.count() + kAlignment - 1) / kAlignment * kAlignment;
  asked_ += size.count();
  high_water_ = std::max(high_water_, top_);
  return memory;
}

SegmentReport StackSegment::report() const {
  const Bytes reserved = region_.facts().size;
  return {.reserved = reserved,
          .used = Bytes(asked_),
          .waste_internal = Bytes(top_ - asked_),
          .waste_external = Bytes(0),
          .free = Bytes(reserved.count() - top_)};
}

}  // namespace assay::djinn
