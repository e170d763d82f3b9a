// SPDX-License-Identifier: MIT
// Quantities with their units in the type: time (std::chrono) and bytes never mix by accident.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace assay {

using Nanoseconds = std::chrono::nanoseconds;
using Seconds = std::chrono::duration<double>;

using namespace std::chrono_literals;  // NOLINT: 250us, 3s read the same everywhere in Assay.

/// A count of bytes. Explicit both ways, so that an element count is never taken for one.
class Bytes {
 public:
  constexpr Bytes() = default;
  explicit constexpr Bytes(std::int64_t count) : count_(count) {}
  constexpr std::int64_t count() const { return count_; }
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return Bytes(count_ + other.count_); }
  constexpr Bytes operator*(std::int64_t times) const { return Bytes(count_ * times); }

 private:
  std::int64_t count_ = 0;
};

/// 1 234 567 ns -> "1.23 ms"; three significant digits, the unit a person would choose.
std::string to_text(Seconds time);
std::string to_text(Nanoseconds time);
/// 1 572 864 bytes -> "1.5 MiB".
std::string to_text(Bytes size);

}  // namespace assay
