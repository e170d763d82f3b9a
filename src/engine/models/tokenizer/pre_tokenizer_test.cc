// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/pre_tokenizer.h"

#include <gmock/gmock.h>

#include "core/random.h"
#include "engine/models/tokenizer/unicode.h"

namespace assay::models {
namespace {

using Pieces = std::vector<std::string_view>;
using ::testing::HasSubstr;

struct Case {
  std::string_view text;
  Pieces pieces;
};

TEST(PreTokenizer, Gpt2) {
  for (const Case& c : {
           Case{"", {}},
           Case{"Hello world", {"Hello", " world"}},
           Case{"it's", {"it", "'s"}},
           Case{"IT'S", {"IT", "'", "S"}},
           Case{"we'll've'red", {"we", "'ll", "'ve", "'re", "d"}},
           Case{"'so 'lx 'rx", {"'s", "o", " '", "lx", " '", "rx"}},
           Case{"abc123def", {"abc", "123", "def"}},
           Case{" 12345 ?!.", {" 12345", " ?!."}},
           Case{"a  b", {"a", " ", " b"}},
           Case{"a   b", {"a", "  ", " b"}},
           Case{"a\nb", {"a", "\n", "b"}},
           Case{"a\n\nb", {"a", "\n", "\n", "b"}},
           Case{"a \n b", {"a", " \n", " b"}},
           Case{"a   ", {"a", "   "}},
           Case{" ", {" "}},
           Case{"\t\tx", {"\t", "\t", "x"}},
           Case{"\u00A0x", {"\u00A0", "x"}},
           Case{"l'\u00E9t\u00E9 \u4E2D\u6587", {"l", "'", "\u00E9t\u00E9", " \u4E2D\u6587"}},
           Case{"e\u0301", {"e", "\u0301"}},
           Case{"a\xFF\xFE b", {"a", "\xFF\xFE", " b"}},
       }) {
    EXPECT_EQ(split(c.text, SplitPattern::kGpt2), c.pieces) << c.text;
  }
}

TEST(PreTokenizer, Llama3) {
  for (const Case& c : {
           Case{"Hello world", {"Hello", " world"}},
           Case{"IT'S I'LL", {"IT", "'S", " I", "'LL"}},
           Case{"it\u2019s", {"it", "\u2019s"}},
           Case{"x'\u017Fy", {"x", "'\u017F", "y"}},
           Case{"1234567 89", {"123", "456", "7", " ", "89"}},
           Case{"(word)", {"(word", ")"}},
           Case{"a.b\tc", {"a", ".b", "\tc"}},
           Case{" ?!\n\n x", {" ?!\n\n", " x"}},
           Case{"a\r\nb", {"a", "\r\n", "b"}},
           Case{"a \n \n  b", {"a", " \n \n", " ", " b"}},
           Case{"a  \n", {"a", "  \n"}},
           Case{"\nb", {"\n", "b"}},
           Case{"a   1", {"a", "  ", " ", "1"}},
           Case{"  ", {"  "}},
           Case{" '", {" '"}},
           Case{"''s", {"''", "s"}},
           Case{"\xFFx", {"\xFFx"}},
           Case{"\u0085\u2028a", {"\u0085", "\u2028a"}},
       }) {
    EXPECT_EQ(split(c.text, SplitPattern::kLlama3), c.pieces) << c.text;
  }
}

TEST(PreTokenizer, Qwen2TakesNumbersOneByOne) {
  EXPECT_EQ(split("a 12\u00BD", SplitPattern::kQwen2), (Pieces{"a", " ", "1", "2", "\u00BD"}));
}

TEST(PreTokenizer, ThePiecesAreTheText) {
  Random random(31);
  const char32_t characters[] = {U' ',  U' ', U'\n', U'\r', U'\t',  U'a',    U'S',   U'1',
                                 U'\'', U'.', 0x85,  0x301, 0x4E2D, 0x1F600, 0x3000, 0x17F};
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(20); n > 0; --n) {
      if (random.below(10) == 0) {
        text += static_cast<char>(random.below(256));
      } else {
        append_utf8(text, characters[random.below(std::size(characters))]);
      }
    }
    for (const SplitPattern pattern :
         {SplitPattern::kGpt2, SplitPattern::kLlama3, SplitPattern::kQwen2}) {
      std::string joined;
      for (const std::string_view piece : split(text, pattern))
        joined += piece;
      EXPECT_EQ(joined, text);
    }
  }
}

TEST(PreTokenizer, KnowsItsExpressions) {
  for (const SplitPattern pattern :
       {SplitPattern::kGpt2, SplitPattern::kLlama3, SplitPattern::kQwen2}) {
    EXPECT_EQ(*parse_split_pattern(regular_expression(pattern)), pattern);
  }
  EXPECT_THAT(parse_split_pattern("\\w+").error().message(),
              HasSubstr(R"(expression "\\w+"; known are those of GPT-2, Llama 3 and Qwen 2)"));
}

}  // namespace
}  // namespace assay::models
