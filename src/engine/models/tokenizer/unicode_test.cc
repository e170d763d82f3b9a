// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/unicode.h"

#include <gmock/gmock.h>

namespace assay::models {
namespace {

TEST(Unicode, EveryCodePointReadsBack) {
  for (char32_t code = 0; code < kNotUtf8; ++code) {
    if (0xD800 <= code && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    const Character character = character_at(text, 0);
    ASSERT_EQ(character.code, code);
    ASSERT_EQ(character.size, text.size());
  }
}

TEST(Unicode, BytesThatAreNotUtf8AreOneCharacterEach) {
  const std::string_view cases[] = {"\x80",         "\xFF",     "\xC0\x80",
                                    "\xED\xA0\x80", "\xE2\x82", "\xF4\x90\x80\x80"};
  for (const std::string_view text : cases) {
    const Character character = character_at(text, 0);
    EXPECT_EQ(character.code, kNotUtf8);
    EXPECT_EQ(character.size, 1U);
  }
  EXPECT_FALSE(is_letter(kNotUtf8));
  EXPECT_FALSE(is_number(kNotUtf8));
  EXPECT_FALSE(is_space(kNotUtf8));
}

TEST(Unicode, KnowsWhatACharacterIs) {
  struct Case {
    char32_t code;
    bool letter, number, space;
  };
  for (const Case& c : {
           Case{U'a', true, false, false},      Case{U'Z', true, false, false},
           Case{U'[', false, false, false},     Case{U'@', false, false, false},
           Case{U'`', false, false, false},     Case{U'{', false, false, false},
           Case{U'0', false, true, false},      Case{U'/', false, false, false},
           Case{U':', false, false, false},     Case{U' ', false, false, true},
           Case{U'\t', false, false, true},     Case{U'\r', false, false, true},
           Case{0x0E, false, false, false},     Case{0x1C, false, false, false},
           Case{0x85, false, false, true},      Case{0xA0, false, false, true},
           Case{0xAA, true, false, false},      Case{0xB2, false, true, false},
           Case{0xBD, false, true, false},      Case{U'ß', true, false, false},
           Case{0x0301, false, false, false},   Case{0x0660, false, true, false},
           Case{0x2028, false, false, true},    Case{0x200B, false, false, false},
           Case{0x3000, false, false, true},    Case{0x4E2D, true, false, false},
           Case{0x9FFF, true, false, false},    Case{0xD55C, true, false, false},
           Case{0xFEFF, false, false, false},   Case{0x1F600, false, false, false},
           Case{0x2160, false, true, false},    Case{0x1D7CE, false, true, false},
           Case{0x323AF, true, false, false},   Case{0x323B0, false, false, false},
           Case{0x10FFFF, false, false, false},
       }) {
    SCOPED_TRACE(static_cast<std::uint32_t>(c.code));
    EXPECT_EQ(is_letter(c.code), c.letter);
    EXPECT_EQ(is_number(c.code), c.number);
    EXPECT_EQ(is_space(c.code), c.space);
  }
}

}  // namespace
}  // namespace assay::models
