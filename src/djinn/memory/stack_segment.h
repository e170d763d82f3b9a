// SPDX-License-Identifier: MIT
// Scratch of the plan that runs: taken from the top of one reservation, all given back at once when
// the frame ends. Frames of nested work end in the order opposite to the one they began in.
//
//   StackFrame frame = stack.frame();
//   ASSAY_TRY(std::span<std::byte> gathered, frame.take(Bytes(rows * row_size)));
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "djinn/memory/memory_report.h"
#include "djinn/memory/region.h"

namespace assay::djinn {

class StackSegment;

/// What is taken through a frame goes back when it ends.
class StackFrame {
 public:
  explicit StackFrame(StackSegment& stack);
  ~StackFrame();
  StackFrame(const StackFrame&) = delete;
  StackFrame& operator=(const StackFrame&) = delete;

  /// Bytes that begin at a cache line; what they are is not said. kDeviceFull where the segment is
  /// full, kTooLarge where it could not hold them even if it were empty.
  Outcome<std::span<std::byte>> take(Bytes size);

 private:
  StackSegment& stack_;
  std::int64_t top_;    ///< Of the segment as the frame found it,
  std::int64_t asked_;  ///< as this,
  std::int64_t depth_;  ///< and this.
};

class StackSegment {
 public:
  static Result<std::unique_ptr<StackSegment>> create(Bytes size);
  ~StackSegment();
  StackSegment(const StackSegment&) = delete;
  StackSegment& operator=(const StackSegment&) = delete;

  StackFrame frame() { return StackFrame(*this); }
  /// The most that was ever taken at once.
  Bytes high_water() const { return Bytes(high_water_); }
  SegmentReport report() const;
  const RegionFacts& facts() const { return region_.facts(); }

 private:
  friend class StackFrame;
  static constexpr std::int64_t kAlignment = 64;

  explicit StackSegment(Region region);
  Outcome<std::span<std::byte>> take(Bytes size);

  Region region_;
  std::int64_t top_ = 0;
  std::int64_t asked_ = 0;  ///< Of what is taken; the rest of top_ is alignment.
  std::int64_t high_water_ = 0;
  std::int64_t depth_ = 0;
};

}  // namespace assay::djinn
