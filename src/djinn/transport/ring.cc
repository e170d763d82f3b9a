// SPDX-License-Identifier: MIT
#include "djinn/transport/ring.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

namespace assay::djinn {
namespace {

constexpr std::size_t kHead = 0;
constexpr std::size_t kTail = 64;
constexpr std::size_t kReaderSleeps = 128;
constexpr std::size_t kWriterSleeps = 192;
constexpr std::size_t kEnded = 256;
static_assert(kEnded + 64 == kRingControl, "every word has a cache line");
static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free &&
                  std::atomic_ref<std::uint32_t>::is_always_lock_free,
              "a lock would be the process's own");

template <class T>
std::atomic_ref<T> word(const RingMemory& memory, std::size_t offset) {
  return std::atomic_ref<T>(*reinterpret_cast<T*>(memory.control.data() + offset));
}

void check_memory(const RingMemory& memory) {
  ASSAY_CHECK_GE(memory.control.size(), kRingControl, "a ring has all its control words");
  ASSAY_CHECK(std::has_single_bit(memory.data.size()), "a ring's size is a power of two");
  ASSAY_CHECK_EQ(reinterpret_cast<std::uintptr_t>(memory.control.data()) % 8, 0U,
                 "control words are aligned");
}

/// Bytes to `position` of the ring, round its end.
void copy_in(std::span<std::byte> data, std::uint64_t position, Part from) {
  const std::size_t at = static_cast<std::size_t>(position) & (data.size() - 1);
  const std::size_t first = std::min(from.size(), data.size() - at);
  std::memcpy(data.data() + at, from.data(), first);
  std::memcpy(data.data(), from.data() + first, from.size() - first);
}

void copy_out(std::span<const std::byte> data, std::uint64_t position, std::span<std::byte> into) {
  const std::size_t at = static_cast<std::size_t>(position) & (data.size() - 1);
  const std::size_t first = std::min(into.size(), data.size() - at);
  std::memcpy(into.data(), data.data() + at, first);
  std::memcpy(into.data() + first, data.data(), into.size() - first);
}

/// Who goes to sleep says so and then looks once more; who moves a position does it first and then
/// asks for sleepers. In one order for both, so that one of them sees the other.
constexpr auto kOrdered = std::memory_order_seq_cst;

}  // namespace

RingWriter::RingWriter(RingMemory memory) : memory_(memory) {
  check_memory(memory);
}

Result<std::size_t> RingWriter::room() const {
  const std::uint64_t tail = word<std::uint64_t>(memory_, kTail).load(kOrdered);
  const std::uint64_t used = head_ - tail;
  if (used <= memory_.data.size()) return memory_.data.size() - static_cast<std::size_t>(used);
  return Error::user(
      "the reader of a ring says that it is at byte {}, {} were written; expected at "
      "most {} between: the peer is broken or hostile",
      tail, head_, memory_.data.size());
}

Result<std::size_t> RingWriter::write(std::span<const Part> parts) {
  ASSAY_TRY(const std::size_t free, room());
  std::size_t left = free;
  std::uint64_t position = head_;
  for (const Part& part : parts) {
    const std::size_t size = std::min(left, part.size());
    if (size > 0) copy_in(memory_.data, position, part.first(size));
    position += size;
    left -= size;
    if (left == 0) break;
  }
  if (position != head_) {
    head_ = position;
    word<std::uint64_t>(memory_, kHead).store(head_, kOrdered);
  }
  return free - left;
}

void RingWriter::end() {
  word<std::uint32_t>(memory_, kEnded).store(1, kOrdered);
}

bool RingWriter::may_sleep() {
  word<std::uint32_t>(memory_, kWriterSleeps).store(1, kOrdered);
  const Result<std::size_t> free = room();
  return free && *free == 0;  // An error is told by the next write.
}

bool RingWriter::take_sleeping_reader() {
  auto sleeps = word<std::uint32_t>(memory_, kReaderSleeps);
  return sleeps.load(kOrdered) != 0 && sleeps.exchange(0, kOrdered) != 0;
}

RingReader::RingReader(RingMemory memory) : memory_(memory) {
  check_memory(memory);
}

Result<std::size_t> RingReader::read(std::span<std::byte> into) {
  const std::uint64_t head = word<std::uint64_t>(memory_, kHead).load(kOrdered);
  const std::uint64_t there = head - tail_;
  if (there > memory_.data.size()) {
    return Error::user(
        "the writer of a ring says that it is at byte {}, {} were read; expected at "
        "most {} between: the peer is broken or hostile",
        head, tail_, memory_.data.size());
  }
  const std::size_t size = std::min(static_cast<std::size_t>(there), into.size());
  if (size == 0) return std::size_t{0};
  copy_out(memory_.data, tail_, into.first(size));
  tail_ += size;
  word<std::uint64_t>(memory_, kTail).store(tail_, kOrdered);
  return size;
}

bool RingReader::has_ended() const {
  // The end is asked first: what was written before it is then seen.
  if (word<std::uint32_t>(memory_, kEnded).load(kOrdered) == 0) return false;
  return word<std::uint64_t>(memory_, kHead).load(kOrdered) == tail_;
}

bool RingReader::may_sleep() {
  word<std::uint32_t>(memory_, kReaderSleeps).store(1, kOrdered);
  return word<std::uint64_t>(memory_, kHead).load(kOrdered) == tail_ &&
         word<std::uint32_t>(memory_, kEnded).load(kOrdered) == 0;
}

bool RingReader::take_sleeping_writer() {
  auto sleeps = word<std::uint32_t>(memory_, kWriterSleeps);
  return sleeps.load(kOrdered) != 0 && sleeps.exchange(0, kOrdered) != 0;
}

}  // namespace assay::djinn
