// SPDX-License-Identifier: MIT
#include "core/hash.h"

#define XXH_INLINE_ALL  // Header only: no library to link for one function.
#include <xxhash.h>

#include "core/format.h"

namespace assay {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash_bytes_128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {.high = hash.high64, .low = hash.low64};
}

std::string to_hex(std::uint64_t value) {
  return format("{:016x}", value);
}

std::string to_hex(const Hash128& value) {
  return to_hex(value.high) + to_hex(value.low);
}

}  // namespace assay
