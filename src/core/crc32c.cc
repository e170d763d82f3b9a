// SPDX-License-Identifier: MIT
#include "core/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace assay {
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

std::uint32_t by_tables(const std::byte* bytes, std::size_t size, std::uint32_t crc) {
  const auto at = [bytes](std::size_t index) { return static_cast<std::uint32_t>(bytes[index]); };
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    crc ^= at(i) | at(i + 1) << 8U | at(i + 2) << 16U | at(i + 3) << 24U;
    crc = kTable[3][crc & 0xFFU] ^ kTable[2][(crc >> 8U) & 0xFFU] ^
          kTable[1][(crc >> 16U) & 0xFFU] ^ kTable[0][crc >> 24U];
  }
  for (; i < size; ++i)
    crc = (crc >> 8U) ^ kTable[0][(crc ^ at(i)) & 0xFFU];
  return crc;
}

#if defined(__x86_64__)
// The instruction takes a step a cycle but answers after three, so three lanes run side by side.
constexpr std::size_t kLane = 1024;

/// What a remainder becomes behind kLane zero bytes, by its four bytes.
Table make_lane_shift() {
  const std::array<std::byte, kLane> zeros{};
  Table table{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      table[k][byte] = by_tables(zeros.data(), zeros.size(), byte << (8U * k));
    }
  }
  return table;
}

std::uint32_t shifted_by_a_lane(const Table& table, std::uint32_t crc) {
  return table[0][crc & 0xFFU] ^ table[1][(crc >> 8U) & 0xFFU] ^ table[2][(crc >> 16U) & 0xFFU] ^
         table[3][crc >> 24U];
}

std::uint64_t eight_bytes(const std::byte* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof(value));
  return value;
}

[[gnu::target("sse4.2")]] std::uint32_t by_instruction(const std::byte* bytes, std::size_t size,
                                                       std::uint32_t before) {
  std::uint64_t crc = before;
  if (size >= 3 * kLane) {
    static const Table kLaneShift = make_lane_shift();
    for (; size >= 3 * kLane; bytes += 3 * kLane, size -= 3 * kLane) {
      std::uint64_t second = 0;
      std::uint64_t third = 0;
      for (std::size_t i = 0; i < kLane; i += 8) {
        crc = _mm_crc32_u64(crc, eight_bytes(bytes + i));
        second = _mm_crc32_u64(second, eight_bytes(bytes + kLane + i));
        third = _mm_crc32_u64(third, eight_bytes(bytes + 2 * kLane + i));
      }
      crc = shifted_by_a_lane(kLaneShift, static_cast<std::uint32_t>(crc)) ^ second;
      crc = shifted_by_a_lane(kLaneShift, static_cast<std::uint32_t>(crc)) ^ third;
    }
  }
  for (; size >= 8; bytes += 8, size -= 8)
    crc = _mm_crc32_u64(crc, eight_bytes(bytes));
  auto rest = static_cast<std::uint32_t>(crc);
  for (; size > 0; ++bytes, --size)
    rest = _mm_crc32_u8(rest, static_cast<std::uint8_t>(*bytes));
  return rest;
}

bool has_instruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t before) {
  return ~by_tables(bytes.data(), bytes.size(), ~before);
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
#if defined(__x86_64__)
  if (has_instruction()) return ~by_instruction(bytes.data(), bytes.size(), ~before);
#endif
  return crc32c_by_tables(bytes, before);
}

std::uint32_t crc32c(std::string_view bytes) {
  return crc32c(std::as_bytes(std::span(bytes)));
}

}  // namespace assay
