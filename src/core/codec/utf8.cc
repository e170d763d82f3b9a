// SPDX-License-Identifier: MIT
#include "core/codec/utf8.h"

#include <cstdint>

namespace assay::codec {
namespace {

bool is_within(std::string_view text, std::size_t index, unsigned low, unsigned high) {
  if (index >= text.size()) return false;
  const unsigned byte = static_cast<std::uint8_t>(text[index]);
  return low <= byte && byte <= high;
}

bool continues(std::string_view text, std::size_t index) {
  return is_within(text, index, 0x80, 0xBF);
}

/// Bounds of the second byte: tighter where the first one would allow overlong forms, surrogates
/// or values above U+10FFFF (Unicode 15, table 3-7).
bool second_fits(std::string_view text) {
  switch (static_cast<std::uint8_t>(text[0])) {
    case 0xE0:
      return is_within(text, 1, 0xA0, 0xBF);
    case 0xED:
      return is_within(text, 1, 0x80, 0x9F);
    case 0xF0:
      return is_within(text, 1, 0x90, 0xBF);
    case 0xF4:
      return is_within(text, 1, 0x80, 0x8F);
    default:
      return continues(text, 1);
  }
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (is_within(text, 0, 0x00, 0x7F)) return 1;
  if (is_within(text, 0, 0xC2, 0xDF)) return second_fits(text) ? 2 : 0;
  if (is_within(text, 0, 0xE0, 0xEF)) return second_fits(text) && continues(text, 2) ? 3 : 0;
  if (!is_within(text, 0, 0xF0, 0xF4) || !second_fits(text)) return 0;
  return continues(text, 2) && continues(text, 3) ? 4 : 0;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t index = 0;
  while (index < text.size()) {
    const std::size_t length = utf8_length(text.substr(index));
    if (length == 0) return index;
    index += length;
  }
  return std::string_view::npos;
}

}  // namespace assay::codec
