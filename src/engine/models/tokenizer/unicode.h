// SPDX-License-Identifier: MIT
// Text one character at a time, and what a character is, as the patterns of tokenizers ask it:
// \p{L}, \p{N}, \s. Bytes that are not UTF-8 are characters of their own kind: nothing is lost on
// them.
//
//   for (std::size_t at = 0; at < text.size();) {
//     const Character c = character_at(text, at);
//     at += c.size;
//   }
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::models {

/// The code of a byte that does not belong to well-formed UTF-8; no code point.
inline constexpr char32_t kNotUtf8 = 0x110000;

struct Character {
  char32_t code = kNotUtf8;
  std::size_t size = 1;  ///< In bytes.
};
/// Checked: `at` lies within the text.
Character character_at(std::string_view text, std::size_t at);
/// Checked: a code point, no surrogate.
void append_utf8(std::string& out, char32_t code);

bool is_letter(char32_t code);  ///< General category L.
bool is_number(char32_t code);  ///< General category N.
bool is_space(char32_t code);   ///< The property White_Space: U+0085 is one, U+FEFF is none.

}  // namespace assay::models
