// SPDX-License-Identifier: MIT
#include "core/codec/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"

namespace assay::codec {
namespace {

TEST(ParseJson, KeepsKindsAndOrder) {
  const std::string_view table[] = {"null",
                                    "true",
                                    "false",
                                    "0",
                                    "-7",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "0.1",
                                    "2.0",
                                    "-0.0",
                                    "1e+300",
                                    "5e-324",
                                    "[]",
                                    "{}",
                                    "[[],{}]",
                                    R"({"z":1,"a":[1,2.0,"x",null]})",
                                    R"("a\"b\\c\nd\te\u0001")",
                                    "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\x80\"",
                                    R"({"":{"":""}})"};
  for (const std::string_view text : table) {
    const Result<Node> node = parse_json(text);
    ASSERT_TRUE(node) << text << " " << node.error().to_string();
    EXPECT_EQ(to_json(*node), text);
  }
}

TEST(ParseJson, SaysWhatIsWrongAndWhere) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", "not JSON: line 1, column 1: unexpected end of input; expected '[', '{', or a literal"},
      {"{\"a\": 1,\n \"b\": x}", "not JSON: line 2, column 7: invalid literal"},
      {"[1, 2", "not JSON: line 1, column 6: unexpected end of input; expected ']'"},
      {"[1,]", "not JSON: line 1, column 4: unexpected ']'; expected '[', '{', or a literal"},
      {"{\"a\" 1}", "not JSON: line 1, column 6: unexpected number literal; expected ':'"},
      {"{a: 1}", "not JSON: line 1, column 2: invalid literal; expected string literal"},
      {"1 2", "not JSON: line 1, column 3: unexpected number literal; expected end of input"},
      {"nul", "not JSON: line 1, column 4: invalid literal"},
      {"// no\n1", "not JSON: line 1, column 1: invalid literal"},
      {"\"a\nb\"",
       "not JSON: line 1, column 3: invalid string: control character U+000A (LF) must be escaped "
       "to \\u000A or \\n"},
      {"\"\xFF\"", "not JSON: line 1, column 2: invalid string: ill-formed UTF-8 byte"},
      {"\"\\ud800\"",
       "not JSON: line 1, column 8: invalid string: surrogate U+D800..U+DBFF must be followed by "
       "U+DC00..U+DFFF"},
      {"01", "not JSON: line 1, column 2: unexpected number literal; expected end of input"},
      {"NaN", "not JSON: line 1, column 1: invalid literal"},
      {"1e999", "not JSON: line 1, column 5: number out of the range of a double"},
      {"{\"k\":1,\"j\":2,\"k\":3}", "duplicate key: k"},
      {"9223372036854775808", "integer does not fit 64 bits with sign: 9223372036854775808"},
      {"-9223372036854775809", "integer does not fit 64 bits with sign: -9223372036854775809"},
      {"99999999999999999999", "integer does not fit 64 bits with sign: 99999999999999999999"},
      {deep, "nested too deeply: at most 64 levels"},
  };
  for (const auto& [text, message] : table) {
    const Result<Node> node = parse_json(text);
    ASSERT_FALSE(node) << text;
    EXPECT_EQ(node.error().message(), message) << text;
    EXPECT_EQ(node.error().blame(), Blame::kUser);
  }
}

TEST(ToJson, PrettyIsForPeople) {
  Node root = Node::map();
  root.set("name", "g3");
  root.set("samples", Node::list({1, 2, 3}));
  root.set("empty", Node::map());
  Node arm = Node::map();
  arm.set("ok", true);
  root.set("arms", Node::list({arm}));
  EXPECT_EQ(to_json(root, JsonStyle::kPretty), R"({
  "name": "g3",
  "samples": [1, 2, 3],
  "empty": {},
  "arms": [
    {
      "ok": true
    }
  ]
})");
}

TEST(ToJson, WritesNullWhereThereIsNoNumber) {
  const Node node = Node::list({std::numeric_limits<double>::infinity(), std::nan(""), 0.0});
  EXPECT_EQ(to_json(node), "[null,null,0.0]");
}

TEST(ToJson, NeverWritesBrokenText) {
  const std::pair<std::string, std::string_view> table[] = {
      {"\xFF", "\"\xEF\xBF\xBD\""},
      {"a\xC3", "\"a\xEF\xBF\xBD\""},                                // Cut in the middle.
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // Overlong.
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // A surrogate.
      {std::string("\0\x1F\x7F", 3), "\"\\u0000\\u001f\\u007f\""},
      {"\r", "\"\\u000d\""},
  };
  for (const auto& [text, json] : table) {
    EXPECT_EQ(to_json(Node(text)), json);
    EXPECT_TRUE(parse_json(json));
  }
}

TEST(ToJson, EveryDoubleReadsBackEqual) {
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    const double number = std::bit_cast<double>(random.next());
    if (!std::isfinite(number)) continue;
    const Result<Node> node = parse_json(to_json(Node(number)));
    ASSERT_TRUE(node);
    const auto* read = std::get_if<double>(&node->scalar());
    ASSERT_NE(read, nullptr) << to_json(Node(number));
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(number));
  }
}

TEST(ParseJson, AnswersWhateverTheBytes) {
  constexpr std::string_view kPieces[] = {
      "{",  "}",  "[",    "]",    ",",   ":",    "\"",       "\"a\"", "\"b\":", "1", "-",
      ".5", "e9", "true", "null", "\\u", "d800", "\xC3\xA9", "\xFF",  "\n",     " ", "1"};
  Random random(20'261'121);
  int accepted = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text;
    for (std::uint64_t left = 1 + random.below(10); left > 0; --left) {
      text += kPieces[random.below(std::size(kPieces))];
    }
    const Result<Node> node = parse_json(text);
    if (!node) continue;
    ++accepted;
    const Result<Node> again = parse_json(to_json(*node, JsonStyle::kPretty));
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(*again, *node) << text;
  }
  EXPECT_GT(accepted, 500) << "the pieces no longer make valid documents";
}

}  // namespace
}  // namespace assay::codec
