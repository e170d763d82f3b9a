// SPDX-License-Identifier: MIT
// Content hashes (XXH3, 64 bit) and the checksum of stored records. Never for security.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);
/// 16 lower-case hexadecimal digits.
std::string to_hex(std::uint64_t value);

}  // namespace assay
