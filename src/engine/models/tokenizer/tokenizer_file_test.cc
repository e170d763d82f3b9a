// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/tokenizer_file.h"

#include <gmock/gmock.h>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "engine/models/tokenizer/byte_alphabet.h"

namespace assay::models {
namespace {

using codec::Node;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Node parsed(std::string_view text) {
  auto node = codec::parse_json(text);
  EXPECT_TRUE(node.has_value()) << text;
  return std::move(*node);
}

/// Every byte under its own number, and "ab" as 256.
Node vocabulary() {
  Node vocabulary = Node::map();
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.set(written_of_bytes(std::string(1, static_cast<char>(byte))), Node(byte));
  }
  vocabulary.set("ab", Node(256));
  return vocabulary;
}

/// A file like GPT-2's.
Node small_file() {
  Node file = parsed(R"({"version": "1.0", "added_tokens": [
      {"id": 300, "content": "<|end|>", "single_word": false, "lstrip": false, "rstrip": false,
       "normalized": false, "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
    "post_processor": {"type": "ByteLevel", "add_prefix_space": true},
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "fuse_unk": false,
              "continuing_subword_prefix": "", "merges": ["a b"]}})");
  file.find("model")->set("vocab", vocabulary());
  return file;
}

TEST(TokenizerJson, IsRead) {
  const auto rules = parse_tokenizer_json(codec::to_json(small_file()));
  ASSERT_TRUE(rules.has_value()) << rules.error().to_string();
  EXPECT_EQ(rules->pattern, SplitPattern::kGpt2);
  EXPECT_FALSE(rules->normalises);
  EXPECT_EQ(rules->added.size(), 1U);
  const auto tokenizer = Tokenizer::create(*rules);
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().to_string();
  EXPECT_THAT(tokenizer->encode("ab c<|end|>"), ElementsAre(256, ' ', 'c', 300));
}

TEST(TokenizerJson, TheStepsOfNewerFiles) {
  Node file = small_file();
  file.find("model")->set("merges", parsed(R"([["a", "b"]])"));
  file.find("model")->set("ignore_merges", Node(true));
  file.set("normalizer", parsed(R"({"type": "NFC"})"));
  Node split = parsed(R"({"type": "Split", "behavior": "Isolated", "invert": false})");
  split.set("pattern", Node::map({{"Regex", Node(regular_expression(SplitPattern::kLlama3))}}));
  Node steps = Node::map({{"type", "Sequence"}});
  steps.set("pretokenizers",
            Node::list({split, parsed(R"({"type": "ByteLevel", "add_prefix_space": false,
                                          "use_regex": false})")}));
  file.set("pre_tokenizer", steps);
  file.set("post_processor", parsed(R"({"type": "Sequence", "processors": [{"type": "ByteLevel"},
    {"type": "TemplateProcessing",
     "single": [{"SpecialToken": {"id": "<|end|>", "type_id": 0}}, {"Sequence": {"id": "A"}},
                {"SpecialToken": {"id": "<|end|>"}}],
     "special_tokens": {"<|end|>": {"id": "<|end|>", "ids": [300], "tokens": ["<|end|>"]}}}]})"));
  const auto rules = parse_tokenizer_json(codec::to_json(file));
  ASSERT_TRUE(rules.has_value()) << rules.error().to_string();
  EXPECT_EQ(rules->pattern, SplitPattern::kLlama3);
  EXPECT_TRUE(rules->normalises);
  EXPECT_TRUE(rules->pairs.whole_words_first);
  EXPECT_THAT(rules->prefix, ElementsAre(300));
  EXPECT_THAT(rules->suffix, ElementsAre(300));
  EXPECT_EQ(rules->pairs.merges.size(), 1U);
}

TEST(TokenizerJson, WhatWeCannotDoIsSaid) {
  struct Case {
    std::string_view path;  ///< "model.type": what is changed,
    std::string_view json;  ///< and into what.
    std::string_view message;
  };
  for (const Case& c : {
           Case{"model", "3", "model: expected a map, got 3"},
           Case{"model.type", R"("WordPiece")", R"(model.type is "WordPiece"; known: BPE)"},
           Case{"model.byte_fallback", "true", "unsupported: byte_fallback is true"},
           Case{"model.unk_token", R"("<unk>")", R"(unk_token is "<unk>"; known: not set)"},
           Case{"model.dropout", "0.1", "dropout is 0.1"},
           Case{"model.vocab", "[]", "the vocabulary has to be a map"},
           Case{"model.vocab", R"({"a": "b"})",
                R"(token "a": expected an id in 0..4194303, got "b")"},
           Case{"model.vocab", R"({"a": 1e9})", "expected an id"},
           Case{"model.vocab", R"({"a b": 1})", R"(token "a b" is not written in the byte-level)"},
           Case{"model.merges", "{}", "model.merges: expected a list"},
           Case{"model.merges", R"(["ab"])", R"(merge 0: expected two tokens and a space between)"},
           Case{"model.merges", R"(["a b", "a b c"])", "merge 1: expected two tokens"},
           Case{"model.merges", R"([" b"])", "merge 0: expected two tokens"},
           Case{"model.merges", R"([["a"]])", "merge 0: expected a text or a list of two"},
           Case{"model.merges", R"([3])", "merge 0: expected a text or a list of two"},
           Case{"normalizer", R"({"type": "Lowercase"})",
                R"(normalizer is {"type":"Lowercase"}; known: none, NFC)"},
           Case{"pre_tokenizer", R"({"type": "Whitespace"})", "pre_tokenizer is"},
           Case{"pre_tokenizer", R"({"type": "ByteLevel"})", "add_prefix_space"},
           Case{"pre_tokenizer", R"({"type": "Sequence", "pretokenizers": [3, 4]})", "unsupported"},
           Case{"decoder", R"({"type": "Metaspace"})", "decoder is"},
           Case{"decoder", "null", "decoder is null"},
           Case{"post_processor", R"({"type": "BertProcessing"})", "post_processor is"},
           Case{"post_processor", R"({"type": "Sequence"})", "processors has to be a list"},
           Case{"post_processor",
                R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]})",
                "single is"},
           Case{"model.ignore_merges", "1", "ignore_merges: expected true or false, got 1"},
           Case{"added_tokens", R"([{"content": "x", "id": 5, "special": "yes"}])",
                R"(special: expected true or false, got "yes")"},
           Case{"added_tokens", "3", "has to be a list"},
           Case{"added_tokens", "[3]", "added_tokens[0]: expected a map"},
           Case{"added_tokens", R"([{"content": "x", "id": -1}])", "added_tokens[0].id"},
           Case{"added_tokens", R"([{"content": "x", "id": 5, "lstrip": true}])",
                R"(unsupported: lstrip of added token "x")"},
       }) {
    SCOPED_TRACE(c.path);
    SCOPED_TRACE(c.json);
    Node file = small_file();
    const std::size_t dot = c.path.find('.');
    Node& parent = dot == std::string_view::npos ? file : *file.find(c.path.substr(0, dot));
    parent.set(c.path.substr(dot == std::string_view::npos ? 0 : dot + 1), parsed(c.json));
    const auto rules = parse_tokenizer_json(codec::to_json(file));
    ASSERT_FALSE(rules.has_value());
    EXPECT_THAT(rules.error().to_string(), HasSubstr(c.message));
  }
}

TEST(VocabularyAndMerges, WhatNoMergeMakesIsSpecial) {
  Node tokens = vocabulary();
  tokens.set("<|endoftext|>", Node(257));
  const auto rules =
      parse_vocabulary_and_merges(codec::to_json(tokens), "#version: 0.2\na b\r\n\n");
  ASSERT_TRUE(rules.has_value()) << rules.error().to_string();
  ASSERT_EQ(rules->added.size(), 1U);
  EXPECT_EQ(rules->added[0].text, "<|endoftext|>");
  EXPECT_EQ(rules->added[0].id, 257);
  EXPECT_TRUE(rules->added[0].is_special);
  EXPECT_THAT(Tokenizer::create(*rules)->encode("ab<|endoftext|>"), ElementsAre(256, 257));
}

TEST(ReadTokenizer, FromAFolder) {
  const codec::TemporaryFolder folder("tokenizer");
  const auto message = [&] {
    const auto tokenizer = read_tokenizer(folder.path());
    return tokenizer ? std::string("no error") : tokenizer.error().to_string();
  };
  const auto write = [&](const char* name, const std::string& text) {
    ASSERT_TRUE(codec::write_file_atomically(folder.path() / name, text).has_value());
  };
  EXPECT_THAT(message(), HasSubstr("neither tokenizer.json nor vocab.json"));
  write("vocab.json", codec::to_json(vocabulary()));
  EXPECT_THAT(message(), HasSubstr("no such file"));
  write("merges.txt", "a b\n");
  EXPECT_EQ(message(), "no error");
  write("merges.txt", "a\n");
  EXPECT_THAT(message(), HasSubstr("in the merges"));
  write("tokenizer.json", codec::to_json(small_file()));
  EXPECT_EQ(message(), "no error");
  write("tokenizer.json", "{");
  EXPECT_THAT(message(), HasSubstr("tokenizer.json"));
}

}  // namespace
}  // namespace assay::models
