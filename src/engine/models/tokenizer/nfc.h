// SPDX-License-Identifier: MIT
// Unicode's normal form C: what can be written in one code point or in several is written in one,
// marks in their fixed order. Bytes that are not UTF-8 stay where they are.
//
//   to_nfc("e\u0301")   // "\u00E9"
#pragma once

#include <string>
#include <string_view>

namespace assay::models {

std::string to_nfc(std::string_view text);

}  // namespace assay::models
