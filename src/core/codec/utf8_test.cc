// SPDX-License-Identifier: MIT
#include "core/codec/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::codec {
namespace {

/// By the definition: encodes every code point and nothing else.
std::string encode(char32_t point) {
  const auto byte = [](char32_t bits) { return static_cast<char>(bits); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6U), byte(0x80 | (point & 0x3FU))};
  if (point < 0x10000) {
    return {byte(0xE0 | point >> 12U), byte(0x80 | (point >> 6U & 0x3FU)),
            byte(0x80 | (point & 0x3FU))};
  }
  return {byte(0xF0 | point >> 18U), byte(0x80 | (point >> 12U & 0x3FU)),
          byte(0x80 | (point >> 6U & 0x3FU)), byte(0x80 | (point & 0x3FU))};
}

TEST(Utf8, AcceptsExactlyTheScalarValues) {
  for (char32_t point = 0; point < 0x11'2000; ++point) {
    const std::string bytes = encode(point);
    const bool is_scalar_value = point < 0xD800 || (point > 0xDFFF && point <= 0x10'FFFF);
    ASSERT_EQ(utf8_length(bytes), is_scalar_value ? bytes.size() : 0U) << std::hex << +point;
  }
}

TEST(Utf8, RefusesWhatIsCutOrOverlong) {
  for (const std::string_view bytes :
       {"\x80", "\xC3", "\xC3(", "\xC1\xBF", "\xE2\x82", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x9A", "\xF5\x80\x80\x80", "\xFF", ""}) {
    EXPECT_EQ(utf8_length(bytes), 0U);
  }
}

TEST(Utf8, FindsTheFirstInvalidByte) {
  EXPECT_EQ(find_invalid_utf8("gr\xC3\xBC\xC3\x9F"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("gr\xC3\xBC\xC3"), 4U);
  EXPECT_EQ(find_invalid_utf8(""), std::string_view::npos);
}

}  // namespace
}  // namespace assay::codec
