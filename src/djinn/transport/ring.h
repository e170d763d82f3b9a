// SPDX-License-Identifier: MIT
// A ring of bytes in shared memory: one writes, one reads, neither trusts the other. Each keeps its
// own position to itself and only tells it; what the other tells is copied out once, then checked.
//
//   control:   0 head u64    64 tail u64   128 reader sleeps u32   192 writer sleeps u32
//            256 ended u32   each in a cache line of its own
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "djinn/transport/stream.h"

namespace assay::djinn {

inline constexpr std::size_t kRingControl = 320;

/// One ring: its control words and its data, whose size is a power of two.
struct RingMemory {
  std::span<std::byte> control;
  std::span<std::byte> data;
};

class RingWriter {
 public:
  explicit RingWriter(RingMemory memory);

  /// So many bytes fit now. An error where the reader says what cannot be.
  Result<std::size_t> room() const;
  /// As much as fits; 0 where the ring is full. An error where the reader says what cannot be.
  Result<std::size_t> write(std::span<const Part> parts);
  /// Nothing more comes behind what was written.
  void end();

  /// Told before sleeping; false where there is room after all.
  bool may_sleep();
  /// Whether the reader sleeps and has to be woken. It is asked once for each sleep.
  bool take_sleeping_reader();

 private:
  RingMemory memory_;
  std::uint64_t head_ = 0;  ///< Bytes ever written.
};

class RingReader {
 public:
  explicit RingReader(RingMemory memory);

  /// As much as there is; 0 where the ring is empty. An error where the writer says what cannot be.
  Result<std::size_t> read(std::span<std::byte> into);
  /// Whether the writer ended and everything was read.
  bool has_ended() const;

  /// Told before sleeping; false where there is something to read after all, or the end.
  bool may_sleep();
  bool take_sleeping_writer();

 private:
  RingMemory memory_;
  std::uint64_t tail_ = 0;  ///< Bytes ever read.
};

}  // namespace assay::djinn
