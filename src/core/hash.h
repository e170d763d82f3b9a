// SPDX-License-Identifier: MIT
// Content hashes (XXH3, 64 and 128 bit) and the checksum of stored records. Never for security.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);
/// Where two different things must never be taken for one another: 128 bits.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Hash128&) const = default;
};
Hash128 hash_bytes_128(std::string_view bytes);
/// 16 lower-case hexadecimal digits.
std::string to_hex(std::uint64_t value);
std::string to_hex(const Hash128& value);  ///< 32 of them.

}  // namespace assay
