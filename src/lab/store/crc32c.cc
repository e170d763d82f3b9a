// SPDX-License-Identifier: MIT
#include "lab/store/crc32c.h"

#include <array>
#include <cstddef>

namespace assay::store {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F6'3B78;  // Castagnoli's, bits reversed.

using Table = std::array<std::array<std::uint32_t, 256>, 4>;

/// table[0][b] is the remainder of byte b; table[k] that of b followed by k zero bytes, so that
/// four bytes are taken at a time.
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? kPolynomial : 0U);
    }
    table[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < table.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = table[k - 1][byte];
      table[k][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
    }
  }
  return table;
}

constexpr Table kTable = make_table();

constexpr std::uint32_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    crc ^= byte_at(bytes, i) | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2) << 16U |
           byte_at(bytes, i + 3) << 24U;
    crc = kTable[3][crc & 0xFFU] ^ kTable[2][(crc >> 8U) & 0xFFU] ^
          kTable[1][(crc >> 16U) & 0xFFU] ^ kTable[0][crc >> 24U];
  }
  for (; i < bytes.size(); ++i) {
    crc = (crc >> 8U) ^ kTable[0][(crc ^ byte_at(bytes, i)) & 0xFFU];
  }
  return ~crc;
}

}  // namespace assay::store
