// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/nfc.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "engine/models/tokenizer/unicode.h"
#include "engine/models/tokenizer/unicode_tables.h"

namespace assay::models {
namespace {

std::string utf8(std::u32string_view codes) {
  std::string text;
  for (const char32_t code : codes)
    append_utf8(text, code);
  return text;
}

TEST(Nfc, WorkedOutByHand) {
  struct Case {
    std::u32string_view text, want;
  };
  for (const Case& c : {
           Case{U"", U""},
           Case{U"plain text", U"plain text"},
           Case{U"e\u0301", U"\u00E9"},
           Case{U"\u00E9", U"\u00E9"},
           Case{U"\u212B", U"\u00C5"},               // Angstrom: a singleton.
           Case{U"\u0344", U"\u0308\u0301"},         // Excluded from composition.
           Case{U"\u0958", U"\u0915\u093C"},         // Excluded: Devanagari qa.
           Case{U"a\u0316\u0301", U"\u00E1\u0316"},  // The mark below does not block.
           Case{U"a\u0301\u0316", U"\u00E1\u0316"},  // Marks are put in order first.
           Case{U"a\u0308\u0301", U"\u00E4\u0301"},  // Same class: the second is blocked.
           Case{U"s\u0323\u0307", U"\u1E69"},        // Two steps into one.
           Case{U"s\u0307\u0323", U"\u1E69"},
           Case{U"\u0301e", U"\u0301e"},  // A mark with nothing before it.
           Case{U"ab\u0301\u0301", U"ab\u0301\u0301"},
           Case{U"\u1112\u1161\u11AB", U"\uD55C"},  // Korean: three parts.
           Case{U"\u1112\u1161", U"\uD558"},
           Case{U"\uD558\u11AB", U"\uD55C"},
           Case{U"\uD55C\u11AB", U"\uD55C\u11AB"},        // It has a last part already.
           Case{U"\u1112\u1161\u11A7", U"\uD558\u11A7"},  // U+11A7 is no last part.
           Case{U"\u0915\u0301\u0302", U"\u0915\u0301\u0302"},
           Case{U"\U0002F800", U"\u4E3D"},  // A compatibility ideograph.
           Case{U"\U0001D15E", U"\U0001D157\U0001D165"},
           Case{U"\U00011099\U000110BA", U"\U0001109A"},
       }) {
    EXPECT_EQ(to_nfc(utf8(c.text)), utf8(c.want)) << utf8(c.text);
  }
}

TEST(Nfc, LeavesBytesThatAreNotUtf8) {
  EXPECT_EQ(to_nfc("e\xCC"), "e\xCC");
  EXPECT_EQ(to_nfc("\xFF\xCC\x81"), "\xFF\xCC\x81");
  EXPECT_EQ(to_nfc("e\xCC\x81\xFF"), "\xC3\xA9\xFF");
}

TEST(Nfc, OfWhatIsNormalIsTheSame) {
  Random random(11);
  const auto pairs = composing_pairs();
  const auto marks = combining_classes();
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (std::uint64_t length = random.below(12); length > 0; --length) {
      const Decomposition& pair = pairs[random.below(pairs.size())];
      const CombiningClass& mark = marks[random.below(marks.size())];
      const char32_t choices[] = {pair.code, pair.first, pair.second, mark.first, U'x'};
      append_utf8(text, choices[random.below(std::size(choices))]);
    }
    const std::string once = to_nfc(text);
    EXPECT_EQ(to_nfc(once), once);
    EXPECT_LE(once.size(), 3 * text.size());
  }
}

}  // namespace
}  // namespace assay::models
