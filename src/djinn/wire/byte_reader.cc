// SPDX-License-Identifier: MIT
#include "djinn/wire/byte_reader.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace assay::djinn {
namespace {

constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint64_t>::max();
constexpr unsigned kBitsOfLast = 63;  ///< Where the tenth byte of a number stands: one bit is left.

}  // namespace

bool is_refused_in_text(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return (code < 0x20 && code != '\n' && code != '\t') || code == 0x7F;
}

void ByteReader::fail(Error error) {
  if (!error_) error_ = std::move(error);
  position_ = bytes_.size();
}

std::optional<std::span<const std::byte>> ByteReader::take(std::size_t size) {
  if (has_failed()) return std::nullopt;
  if (size > rest()) {
    fail(Error::user("the message ends at byte {}, within a field of {} bytes that starts at {}",
                     bytes_.size(), size, position_));
    return std::nullopt;
  }
  const auto taken = bytes_.subspan(position_, size);
  position_ += size;
  return taken;
}

std::uint64_t ByteReader::number(std::string_view what, std::uint64_t most) {
  std::uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = take(1);
    if (!byte) return 0;
    const auto bits = static_cast<std::uint64_t>((*byte)[0]);
    const bool is_last = (bits & 0x80U) == 0;
    if (shift == kBitsOfLast && bits > 1) {
      fail(Error::user("{} has more than 64 bits", what));
      return 0;
    }
    value |= (bits & 0x7FU) << shift;
    if (!is_last) continue;
    if (bits == 0 && shift > 0) {
      fail(Error::user("{} is written with a byte too many", what));
      return 0;
    }
    break;
  }
  if (value <= most) return value;
  fail(Error::user("{} is {}; expected at most {}", what, value, most));
  return 0;
}

std::int64_t ByteReader::signed_number(std::string_view what, std::int64_t least,
                                       std::int64_t most) {
  const std::uint64_t folded = number(what, kNumberMax);
  const auto value = static_cast<std::int64_t>((folded >> 1U) ^ (~(folded & 1U) + 1));
  if (value >= least && value <= most) return value;
  fail(Error::user("{} is {}; expected {} to {}", what, value, least, most));
  return 0;
}

double ByteReader::real() {
  std::uint64_t bits = 0;
  if (const auto bytes = take(sizeof(bits))) {
    for (unsigned i = 0; i < sizeof(bits); ++i)
      bits |= static_cast<std::uint64_t>((*bytes)[i]) << (8 * i);
  }
  return std::bit_cast<double>(bits);
}

std::string ByteReader::text(std::string_view what, std::size_t most) {
  const std::uint64_t size = number(what, kNumberMax);
  if (size > most) {
    fail(Error::user("{} has {} bytes; expected at most {}", what, size, most));
    return {};
  }
  const auto bytes = take(static_cast<std::size_t>(size));
  if (!bytes) return {};
  std::string value(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (const auto bad = std::ranges::find_if(value, is_refused_in_text); bad != value.end()) {
    fail(Error::user("{} has a control character (byte {:#04x} at {})", what,
                     static_cast<unsigned char>(*bad), bad - value.begin()));
    return {};
  }
  return value;
}

void ByteReader::raw(std::span<std::byte> into) {
  if (const auto bytes = take(into.size())) std::ranges::copy(*bytes, into.begin());
}

std::size_t ByteReader::count(std::string_view what, std::size_t size) {
  const std::uint64_t value = number(what, kNumberMax);
  if (value <= rest() / size) return static_cast<std::size_t>(value);
  fail(Error::user("{} entries of {}; the {} bytes left hold at most {}", value, what, rest(),
                   rest() / size));
  return 0;
}

Result<void> ByteReader::finish() const {
  if (error_) return *error_;
  if (rest() > 0) return Error::user("{} bytes behind the end of the message", rest());
  return {};
}

}  // namespace assay::djinn
