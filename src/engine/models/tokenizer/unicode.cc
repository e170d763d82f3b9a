// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/unicode.h"

#include <algorithm>
#include <cstdint>

#include "core/check.h"
#include "core/codec/utf8.h"
#include "engine/models/tokenizer/unicode_tables.h"

namespace assay::models {
namespace {

bool is_within(std::span<const CodeRange> ranges, char32_t code) {
  const auto behind = std::ranges::upper_bound(ranges, code, {}, &CodeRange::first);
  return behind != ranges.begin() && code <= std::prev(behind)->last;
}

bool is_ascii_letter(char32_t code) {
  const char32_t lower = code | 0x20U;
  return U'a' <= lower && lower <= U'z';
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
  ASSAY_CHECK_LT(at, text.size(), "a character is asked for within the text");
  const std::size_t size = codec::utf8_length(text.substr(at));
  const auto byte = [&](std::size_t i) {
    return char32_t{static_cast<std::uint8_t>(text[at + i])};
  };
  const auto low = [&](std::size_t i) { return byte(i) & 0x3FU; };
  switch (size) {
    case 1:
      return {byte(0), 1};
    case 2:
      return {(byte(0) & 0x1FU) << 6U | low(1), 2};
    case 3:
      return {(byte(0) & 0x0FU) << 12U | low(1) << 6U | low(2), 3};
    case 4:
      return {(byte(0) & 0x07U) << 18U | low(1) << 12U | low(2) << 6U | low(3), 4};
    default:
      return {};
  }
}

void append_utf8(std::string& out, char32_t code) {
  ASSAY_CHECK(code < kNotUtf8 && (code < 0xD800 || code > 0xDFFF), "only code points are written");
  const auto append = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return append(code);
  if (code < 0x800) {
    append(0xC0U | code >> 6U);
  } else if (code < 0x10000) {
    append(0xE0U | code >> 12U);
    append(0x80U | (code >> 6U & 0x3FU));
  } else {
    append(0xF0U | code >> 18U);
    append(0x80U | (code >> 12U & 0x3FU));
    append(0x80U | (code >> 6U & 0x3FU));
  }
  append(0x80U | (code & 0x3FU));
}

bool is_letter(char32_t code) {
  return code < 0x80 ? is_ascii_letter(code) : is_within(letters(), code);
}

bool is_number(char32_t code) {
  return code < 0x80 ? U'0' <= code && code <= U'9' : is_within(numbers(), code);
}

bool is_space(char32_t code) {
  return code < 0x80 ? code == U' ' || (U'\t' <= code && code <= U'\r') : is_within(spaces(), code);
}

}  // namespace assay::models
