// SPDX-License-Identifier: MIT
#include "djinn/wire/byte_writer.h"

#include <bit>

namespace assay::djinn {

void ByteWriter::number(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7U;
  }
  bytes_.push_back(static_cast<std::byte>(value));
}

void ByteWriter::signed_number(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  number(value < 0 ? ~(bits << 1U) : bits << 1U);
}

void ByteWriter::real(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (unsigned i = 0; i < sizeof(bits); ++i)
    bytes_.push_back(static_cast<std::byte>(bits >> (8 * i)));
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  raw(std::as_bytes(std::span(value)));
}

void ByteWriter::raw(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

}  // namespace assay::djinn
