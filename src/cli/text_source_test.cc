// SPDX-License-Identifier: MIT
#include "cli/text_source.h"

#include <gmock/gmock.h>

#include "cli/invented_checkpoint.h"
#include "core/codec/utf8.h"

namespace assay::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TextSource, IsACheckpointWithItsTokenizerAndSettings) {
  const InventedCheckpoint checkpoint;
  checkpoint.write("generation_config.json",
                   R"({"do_sample": true, "temperature": 0.7, "top_k": 9, "eos_token_id": 10,
                       "repetition_penalty": 1.2})");
  const auto source = open_text_source(checkpoint.path().string());
  ASSERT_TRUE(source) << source.error().to_string();
  EXPECT_EQ(source->sampling.temperature, 0.7);
  EXPECT_EQ(source->sampling.top_k, 9);
  EXPECT_THAT(source->stops, ElementsAre(256, 10));
  EXPECT_EQ(source->tokens_max, InventedCheckpoint::kPositions);
  EXPECT_THAT(source->not_followed, ElementsAre("repetition_penalty = 1.2"));
  EXPECT_THAT(*tokens_of(*source, "hi"), ElementsAre('h', 'i'));
  EXPECT_EQ(*text_of(*source, 'h'), "h");
  EXPECT_EQ(*text_of(*source, 256), "") << "says something to the model, not to people";
  EXPECT_EQ(*text_of(*source, 300), "") << "a padded vocabulary";
  EXPECT_THAT(tokens_of(*source, "").error().message(), HasSubstr("--prompt: it has no token"));
}

TEST(TextSource, IsAModelByNameThatSpeaksInIds) {
  const auto source = open_text_source("gpt2_tiny");
  ASSERT_TRUE(source) << source.error().to_string();
  EXPECT_THAT(*tokens_of(*source, " 15  2 50256 "), ElementsAre(15, 2, 50256));
  EXPECT_EQ(*text_of(*source, 7), "7 ");
  for (const char* prompt : {"", " ", "hello", "1,2", "-3", "1 2x", "99999999999"}) {
    EXPECT_THAT(tokens_of(*source, prompt).error().message(), HasSubstr("--prompt: ")) << prompt;
  }
}

TEST(TextSource, SaysWhatIsWrongWithWhich) {
  const InventedCheckpoint checkpoint;
  const std::string folder = checkpoint.path().string();
  const auto complaint = [](const std::string& what) {
    const auto source = open_text_source(what);
    return source ? std::string("none") : source.error().to_string();
  };
  EXPECT_THAT(complaint("gtp2"), HasSubstr("gtp2: no such folder, and no model: "));
  EXPECT_THAT(complaint("resnet18"), HasSubstr("resnet18 is no decoder: it writes no text"));
  EXPECT_THAT(complaint("./nowhere"), HasSubstr("no such file: ./nowhere/config.json"));
  checkpoint.write("vocab.json", R"({"a": 0})");
  EXPECT_THAT(complaint(folder),
              AllOf(HasSubstr("lacks a token for the byte 0x00"), HasSubstr("vocab.json")));
  checkpoint.write("config.json", R"({"model_type": "bert", "hidden_size": 6,
    "intermediate_size": 8, "max_position_embeddings": 7, "num_attention_heads": 2,
    "num_hidden_layers": 2, "vocab_size": 11})");
  EXPECT_THAT(complaint(folder), HasSubstr("the checkpoint has no tensor \"embeddings."));
  checkpoint.write("config.json", "{");
  EXPECT_THAT(complaint(folder), HasSubstr("config.json"));
}

TEST(TextSource, ATokenizerBeyondTheVocabularyIsRefused) {
  const InventedCheckpoint checkpoint;
  checkpoint.write("vocab.json", [&] {
    std::string text = *codec::read_file(checkpoint.path() / "vocab.json", Bytes(1 << 20));
    return text.insert(1, "\"<|extra|>\":257,");
  }());
  EXPECT_THAT(
      open_text_source(checkpoint.path().string()).error().message(),
      HasSubstr("the tokenizer has 258 tokens, the model (config.json) a vocabulary of 257"));
}

TEST(CharacterStream, HoldsBackWhatIsNoWholeCharacter) {
  const std::string text = "a\u00e9\u20ac\U0001F600z";
  for (std::size_t piece = 1; piece <= 5; ++piece) {
    CharacterStream stream;
    std::string shown;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      shown += stream.add(std::string_view(text).substr(at, piece));
      EXPECT_EQ(codec::find_invalid_utf8(shown), std::string::npos) << piece;
    }
    EXPECT_EQ(shown + stream.end(), text);
  }
}

TEST(CharacterStream, ShowsThatBytesAreNoCharacter) {
  const std::string sign = "\xEF\xBF\xBD";
  struct Case {
    std::string bytes, at_once, at_end;
  };
  for (const Case& c :
       {Case{"\xff", sign, ""}, Case{"\x80x", sign + "x", ""}, Case{"\xc3", "", sign},
        Case{"\xc3(", sign + "(", ""}, Case{"\xe2\x82", "", sign + sign},
        Case{"\xf0\x9f\x98z", sign + sign + sign + "z", ""},
        Case{"\xed\xa0\x80", sign + sign + sign, ""}, Case{"\xc0\xaf", sign + sign, ""}}) {
    CharacterStream stream;
    EXPECT_EQ(stream.add(c.bytes), c.at_once);
    EXPECT_EQ(stream.end(), c.at_end);
    EXPECT_EQ(stream.end(), "");
  }
}

}  // namespace
}  // namespace assay::cli
