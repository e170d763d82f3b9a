// SPDX-License-Identifier: MIT
// Which bytes are UTF-8: decoders refuse the others with their place, writers replace them.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::codec {

/// Length (1-4) of the well-formed character at the start of `text`, 0 if there is none. Overlong
/// forms, surrogates and values above U+10FFFF are not well-formed.
std::size_t utf8_length(std::string_view text);

/// Index of the first byte that does not belong to well-formed UTF-8; npos if all do.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace assay::codec
