// SPDX-License-Identifier: MIT
// CRC-32C (Castagnoli): the checksum of a line of the log. It finds every burst of up to 32 bits.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay::store {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace assay::store
