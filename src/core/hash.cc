// SPDX-License-Identifier: MIT
#include "core/hash.h"

#define XXH_INLINE_ALL  // Header only: no library to link for one function.
#include <xxhash.h>

#include "core/format.h"

namespace assay {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::string to_hex(std::uint64_t value) {
  return format("{:016x}", value);
}

}  // namespace assay
