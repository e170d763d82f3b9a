// SPDX-License-Identifier: MIT
// Whatever a peer writes into the control words of a ring, and whenever, what was put in comes out
// as it was, or a typed error does; never a byte outside. Input: steps of an opcode and an operand.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <vector>

#include "djinn/transport/ring.h"

namespace {

using namespace assay::djinn;

constexpr std::size_t kData = 64;

/// A ring between guards, which no step may touch.
struct Memory {
  std::array<std::uint64_t, 8> before{};
  std::array<std::uint64_t, (kRingControl + kData) / 8> ring{};
  std::array<std::uint64_t, 8> after{};

  RingMemory view() {
    const auto all = std::as_writable_bytes(std::span(ring));
    return {.control = all.first(kRingControl), .data = all.subspan(kRingControl)};
  }
  bool are_guards_whole() const {
    return std::ranges::all_of(before, [](auto word) { return word == 0; }) &&
           std::ranges::all_of(after, [](auto word) { return word == 0; });
  }
};

struct Steps {
  std::span<const std::uint8_t> left;
  std::uint64_t take(std::size_t size) {
    std::uint64_t value = 0;
    const std::size_t count = std::min(size, left.size());
    std::memcpy(&value, left.data(), count);
    left = left.subspan(count);
    return value;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  Memory memory;
  RingWriter writer(memory.view());
  RingReader reader(memory.view());
  bool was_attacked = false;
  std::uint8_t next_in = 0;
  std::uint8_t next_out = 0;
  Steps steps{std::span(input, size)};
  while (!steps.left.empty()) {
    const std::uint64_t what = steps.take(1);
    if (what < 100) {  // So many bytes in.
      std::vector<std::byte> bytes(what);
      for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(next_in + i);
      const Part part(bytes);
      const auto moved = writer.write({&part, 1});
      ASSAY_CHECK(moved || was_attacked, "an honest ring takes what it has room for");
      if (!moved) return 0;
      ASSAY_CHECK_LE(*moved, kData, "no more than it holds");
      next_in = static_cast<std::uint8_t>(next_in + *moved);
    } else if (what < 200) {  // And out.
      std::vector<std::byte> into(what - 99);
      const auto moved = reader.read(into);
      ASSAY_CHECK(moved || was_attacked, "an honest ring gives what it has");
      if (!moved) return 0;
      ASSAY_CHECK_LE(*moved, into.size(), "no more than was asked for");
      ASSAY_CHECK_LE(*moved, kData, "nor than it holds");
      for (std::size_t i = 0; i < *moved; ++i) {
        const bool is_next = into[i] == static_cast<std::byte>(next_out + i);
        ASSAY_CHECK(is_next || was_attacked, "bytes come in their order");
      }
      next_out = static_cast<std::uint8_t>(next_out + *moved);
    } else if (what < 210) {
      std::ignore = writer.may_sleep();
      std::ignore = reader.take_sleeping_writer();
    } else if (what < 220) {
      std::ignore = reader.may_sleep();
      std::ignore = writer.take_sleeping_reader();
      std::ignore = reader.has_ended();
    } else if (what < 225) {
      writer.end();
    } else {  // The peer writes what it likes where it may.
      was_attacked = true;
      memory.ring[steps.take(1) % memory.ring.size()] = steps.take(8);
    }
    ASSAY_CHECK(memory.are_guards_whole(), "nothing is written outside");
  }
  return 0;
}
