// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/tokenizer.h"

#include <gmock/gmock.h>

#include "core/random.h"

namespace assay::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Bytes under their own numbers, "ab" as 256, and two added tokens.
TokenizerRules small_rules() {
  TokenizerRules rules;
  for (int byte = 0; byte < 256; ++byte) {
    rules.pairs.vocabulary.emplace_back(std::string(1, static_cast<char>(byte)), byte);
  }
  rules.pairs.vocabulary.emplace_back("ab", 256);
  rules.pairs.merges.emplace_back("a", "b");
  rules.added = {{"<|end|>", 300, true, false}, {"<x>", 301, false, false}};
  return rules;
}

Tokenizer small_tokenizer(TokenizerRules rules = small_rules()) {
  auto tokenizer = Tokenizer::create(std::move(rules));
  EXPECT_TRUE(tokenizer.has_value()) << tokenizer.error().to_string();
  return std::move(*tokenizer);
}

TEST(Tokenizer, EncodesAndDecodes) {
  const Tokenizer tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer.size(), 302);
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre(256, 'c'));
  EXPECT_THAT(tokenizer.encode(""), ElementsAre());
  EXPECT_EQ(*tokenizer.decode(std::vector<TokenId>{256, 'c', 300}), "abc<|end|>");
  EXPECT_EQ(*tokenizer.decode(std::vector<TokenId>{256, 300, 301}, SpecialTokens::kSkip), "ab<x>");
}

TEST(Tokenizer, FindsAddedTokensInTheText) {
  const Tokenizer tokenizer = small_tokenizer();
  EXPECT_THAT(tokenizer.encode("a<|end|>b"), ElementsAre('a', 300, 'b'));
  EXPECT_THAT(tokenizer.encode("<|end|><x><|end|>"), ElementsAre(300, 301, 300));
  EXPECT_THAT(tokenizer.encode("<<x>"), ElementsAre('<', 301));
  EXPECT_THAT(tokenizer.encode("<x><|end|>", {.finds_special = false}),
              ElementsAre(301, '<', '|', 'e', 'n', 'd', '|', '>'));
}

TEST(Tokenizer, OfAddedTokensTheLongestWins) {
  TokenizerRules rules = small_rules();
  rules.added = {{"<a>", 300, true, false}, {"<a><b>", 301, true, false}, {"<", 302, true, false}};
  const Tokenizer tokenizer = small_tokenizer(rules);
  EXPECT_THAT(tokenizer.encode("<a><b><a><"), ElementsAre(301, 300, 302));
}

TEST(Tokenizer, NormalisesBetweenAddedTokens) {
  TokenizerRules rules = small_rules();
  rules.normalises = true;
  rules.added = {{"e\u0301", 300, false, false}, {"o\u0301", 301, false, true}};
  const Tokenizer tokenizer = small_tokenizer(rules);
  EXPECT_THAT(tokenizer.encode("e\u0301"), ElementsAre(300));  // As given.
  EXPECT_THAT(tokenizer.encode("\u00E9"), ElementsAre(0xC3, 0xA9));
  EXPECT_THAT(tokenizer.encode("\u00F3"), ElementsAre(301));  // In normalised text, either way.
  EXPECT_THAT(tokenizer.encode("o\u0301"), ElementsAre(301));
  EXPECT_THAT(tokenizer.encode("a\u0301"), ElementsAre(0xC3, 0xA1));
}

TEST(Tokenizer, FramesATextWhereAsked) {
  TokenizerRules rules = small_rules();
  rules.prefix = {300};
  rules.suffix = {301, 300};
  const Tokenizer tokenizer = small_tokenizer(rules);
  EXPECT_THAT(tokenizer.encode("ab"), ElementsAre(300, 256, 301, 300));
  EXPECT_THAT(tokenizer.encode("ab", {.frame = false}), ElementsAre(256));
}

TEST(Tokenizer, AnyBytesComeBack) {
  const Tokenizer tokenizer = small_tokenizer();
  Random random(41);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(60); n > 0; --n)
      text += static_cast<char>(random.below(256));
    EXPECT_EQ(*tokenizer.decode(tokenizer.encode(text)), text);
  }
}

TEST(Tokenizer, KnowsItsTokens) {
  const Tokenizer tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer.find("ab"), 256);
  EXPECT_EQ(tokenizer.find("<|end|>"), 300);
  EXPECT_EQ(tokenizer.find("abc"), kNoToken);
  EXPECT_TRUE(tokenizer.is_special(300));
  EXPECT_FALSE(tokenizer.is_special(301));
  EXPECT_FALSE(tokenizer.is_special(-5));
  EXPECT_FALSE(tokenizer.is_special(5'000'000));
}

TEST(Tokenizer, SaysWhatIsWrong) {
  const Tokenizer tokenizer = small_tokenizer();
  for (const TokenId id : {-1, 257, 299, 302}) {
    EXPECT_THAT(
        tokenizer.decode(std::vector<TokenId>{id}).error().message(),
        HasSubstr(format("token id {} is not of this tokenizer, whose ids end at 301", id)));
  }
  const auto message = [](auto&& change) {
    TokenizerRules rules = small_rules();
    change(rules);
    const auto made = Tokenizer::create(std::move(rules));
    return made ? std::string("no error") : made.error().message();
  };
  EXPECT_THAT(message([](auto& r) { r.added[0].text = ""; }), HasSubstr("its content is empty"));
  EXPECT_THAT(message([](auto& r) { r.added[0].id = kVocabularyMax; }), HasSubstr("is outside"));
  EXPECT_THAT(message([](auto& r) { r.added[0].id = 'a'; }),
              HasSubstr("its id 97 is that of \"a\""));
  EXPECT_THAT(message([](auto& r) { r.prefix = {299}; }),
              HasSubstr("holds 299, which is no token"));
  EXPECT_THAT(message([](auto& r) { r.suffix = {-1}; }), HasSubstr("holds -1, which is no token"));
}

}  // namespace
}  // namespace assay::models
