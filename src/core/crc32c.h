// SPDX-License-Identifier: MIT
// CRC-32C (Castagnoli): the checksum of lines of the log and of frames on the wire. It finds every
// burst of up to 32 bits. The processor's instruction does it where there is one, tables elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace assay {

/// Of `bytes` behind those whose checksum is `before`: crc32c(b, crc32c(a)) == crc32c(a + b).
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);
std::uint32_t crc32c(std::string_view bytes);

/// The same by tables alone: what a machine without the instruction runs, and what tests compare.
std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace assay
