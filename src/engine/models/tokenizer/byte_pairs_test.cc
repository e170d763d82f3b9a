// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/byte_pairs.h"

#include <gmock/gmock.h>

#include <map>

#include "core/random.h"

namespace assay::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Every byte under its own number.
BytePairRules byte_rules() {
  BytePairRules rules;
  for (int byte = 0; byte < 256; ++byte) {
    rules.vocabulary.emplace_back(std::string(1, static_cast<char>(byte)), byte);
  }
  return rules;
}

void add_merge(BytePairRules& rules, const std::string& left, const std::string& right) {
  rules.merges.emplace_back(left, right);
  rules.vocabulary.emplace_back(left + right, static_cast<TokenId>(rules.vocabulary.size()));
}

std::vector<TokenId> encode(const BytePairs& pairs, std::string_view piece) {
  std::vector<TokenId> ids;
  pairs.encode(piece, ids);
  return ids;
}

TEST(BytePairs, JoinsThePairThatStandsFirst) {
  BytePairRules rules = byte_rules();
  add_merge(rules, "b", "c");    // 256
  add_merge(rules, "a", "b");    // 257
  add_merge(rules, "a", "bc");   // 258
  add_merge(rules, "aa", "bc");  // refused below: aa is no token
  EXPECT_THAT(BytePairs::create(rules).error().message(),
              HasSubstr(R"(merge 3 ("aa" and "bc"): "aa" is no token)"));
  rules.merges.pop_back();
  const auto pairs = BytePairs::create(rules);
  ASSERT_TRUE(pairs.has_value()) << pairs.error().to_string();
  EXPECT_THAT(encode(*pairs, "abc"), ElementsAre(258));  // bc before ab.
  EXPECT_THAT(encode(*pairs, "ab"), ElementsAre(257));
  EXPECT_THAT(encode(*pairs, "abab"), ElementsAre(257, 257));
  EXPECT_THAT(encode(*pairs, "x"), ElementsAre('x'));
  EXPECT_THAT(encode(*pairs, ""), ElementsAre());
  EXPECT_THAT(encode(*pairs, {"\0\xFF", 2}), ElementsAre(0, 255));
}

TEST(BytePairs, OfEqualPairsTheLeftmostFirst) {
  BytePairRules rules = byte_rules();
  add_merge(rules, "a", "a");    // 256
  add_merge(rules, "aa", "aa");  // 257
  const auto pairs = BytePairs::create(rules);
  ASSERT_TRUE(pairs.has_value());
  EXPECT_THAT(encode(*pairs, "aaa"), ElementsAre(256, 'a'));
  EXPECT_THAT(encode(*pairs, "aaaaa"), ElementsAre(257, 'a'));
  EXPECT_THAT(encode(*pairs, "aaaaaa"), ElementsAre(257, 256));
}

TEST(BytePairs, WholeWordsFirst) {
  BytePairRules rules = byte_rules();
  add_merge(rules, "a", "b");
  rules.vocabulary.emplace_back("abc", 300);  // No merge makes it.
  EXPECT_THAT(encode(*BytePairs::create(rules), "abc"), ElementsAre(256, 'c'));
  rules.whole_words_first = true;
  EXPECT_THAT(encode(*BytePairs::create(rules), "abc"), ElementsAre(300));
  EXPECT_THAT(encode(*BytePairs::create(rules), "abca"), ElementsAre(256, 'c', 'a'));
}

/// The definition: look for the lowest rank, join its leftmost place, begin again.
std::vector<std::string> encode_slowly(const BytePairRules& rules, std::string_view piece) {
  std::map<std::pair<std::string, std::string>, std::size_t> ranks;
  for (std::size_t i = 0; i < rules.merges.size(); ++i)
    ranks[rules.merges[i]] = i;
  std::vector<std::string> parts;
  for (const char c : piece)
    parts.emplace_back(1, c);
  while (true) {
    std::size_t best_rank = rules.merges.size();
    std::size_t best_place = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto rank = ranks.find({parts[i], parts[i + 1]});
      if (rank != ranks.end() && rank->second < best_rank) {
        best_rank = rank->second;
        best_place = i;
      }
    }
    if (best_rank == rules.merges.size()) return parts;
    parts[best_place] += parts[best_place + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best_place) + 1);
  }
}

TEST(BytePairs, AgreesWithTheDefinitionOnRandomRules) {
  Random random(21);
  for (int round = 0; round < 60; ++round) {
    BytePairRules rules = byte_rules();
    std::vector<std::string> words{"a", "b", "c", "d"};
    std::map<std::string, bool> known;
    for (int i = 0; i < 40; ++i) {
      const std::string left = words[random.below(words.size())];
      const std::string right = words[random.below(words.size())];
      if (left.size() + right.size() > 12 || !known.emplace(left + right, true).second) continue;
      add_merge(rules, left, right);
      words.push_back(left + right);
    }
    const auto pairs = BytePairs::create(rules);
    ASSERT_TRUE(pairs.has_value()) << pairs.error().to_string();
    for (int i = 0; i < 40; ++i) {
      std::string piece;
      for (std::uint64_t n = random.below(60); n > 0; --n) {
        piece += static_cast<char>('a' + random.below(4));
      }
      std::vector<TokenId> want;
      for (const std::string& part : encode_slowly(rules, piece))
        want.push_back(pairs->find(part));
      ASSERT_EQ(encode(*pairs, piece), want) << piece;
    }
  }
}

// A quadratic merge would need minutes for this piece.
TEST(BytePairs, ALongPieceTakesItsLengthNotItsSquare) {
  BytePairRules rules = byte_rules();
  std::string word = "a";
  for (int i = 0; i < 10; ++i, word += word)
    add_merge(rules, word, word);
  const auto pairs = BytePairs::create(rules);
  ASSERT_TRUE(pairs.has_value());
  EXPECT_EQ(encode(*pairs, std::string(1 << 20, 'a')).size(), 1U << 10U);
}

TEST(BytePairs, SaysWhatIsWrongWithTheRules) {
  const auto message = [](auto&& change) {
    BytePairRules rules = byte_rules();
    change(rules);
    const auto pairs = BytePairs::create(rules);
    return pairs ? std::string("no error") : pairs.error().message();
  };
  EXPECT_THAT(message([](auto& r) { r.vocabulary[7].second = -1; }),
              HasSubstr("its id -1 is outside"));
  EXPECT_THAT(message([](auto& r) { r.vocabulary[7].second = kVocabularyMax; }),
              HasSubstr("is outside 0..4194303"));
  EXPECT_THAT(message([](auto& r) { r.vocabulary[7].second = 8; }),
              HasSubstr("its id 8 stands twice"));
  EXPECT_THAT(message([](auto& r) {
                r.vocabulary['b'] = {"a", 'b'};
              }),
              HasSubstr(R"("a" stands twice)"));
  EXPECT_THAT(message([](auto& r) { r.vocabulary.erase(r.vocabulary.begin() + ' '); }),
              HasSubstr("lacks a token for the byte 0x20, written \"Ġ\""));
  EXPECT_THAT(message([](auto& r) { r.merges.emplace_back("a", "b"); }),
              HasSubstr(R"(merge 0 ("a" and "b"): "ab" is no token)"));
  EXPECT_THAT(message([](auto& r) {
                add_merge(r, "a", "b");
                r.merges.emplace_back("a", "b");
              }),
              HasSubstr("merge 1 (\"a\" and \"b\") stands twice"));
}

}  // namespace
}  // namespace assay::models
