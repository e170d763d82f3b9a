// SPDX-License-Identifier: MIT
#include "core/codec/yaml.h"

#include <gtest/gtest.h>

#include "core/codec/json.h"
#include "core/random.h"

namespace assay::codec {
namespace {

std::string json_of(std::string_view text) {
  const Result<Node> node = parse_yaml(text, "f.yaml");
  return node ? to_json(*node) : "ERROR " + node.error().to_string();
}

struct Reading {
  std::string_view yaml;
  std::string_view json;
};

TEST(ParseYaml, ReadsByTheCoreSchema) {
  const Reading table[] = {
      {"", "null"},
      {"# nothing\n", "null"},
      {"---\n", "null"},
      {"~", "null"},
      {"[null, Null, NULL, ~, nULL]", R"([null,null,null,null,"nULL"])"},
      {"[true, True, TRUE, false, yes, no, on, off, y]",
       R"([true,true,true,false,"yes","no","on","off","y"])"},
      {"[0, -7, +7, 010, 0x1F, 0o17, 0b1, 1_000]", R"([0,-7,7,10,31,15,"0b1","1_000"])"},
      {"[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]"},
      {"[0.5, .5, 5., -1e3, 1E-2, +1.5e+2, 2.0]", "[0.5,0.5,5.0,-1000.0,0.01,150.0,2.0]"},
      {"[1.2.3, 1e, e5, -, +, ., .e1, 1-2, 12:30:00, 2026-11-21, -.inf-]",
       R"(["1.2.3","1e","e5","-","+",".",".e1","1-2","12:30:00","2026-11-21","-.inf-"])"},
      {"['3', \"true\", '~', \"\", '']", R"(["3","true","~","",""])"},
      {"a: 1\nb:\n  - x\n  - {c: 2.5, d: }\n", R"({"a":1,"b":["x",{"c":2.5,"d":null}]})"},
      {"1: one\ntrue: two\n'': three\n", R"({"1":"one","true":"two","":"three"})"},
      {"a: |\n  two\n  lines\nb: >-\n  one\n  line\n", R"({"a":"two\nlines\n","b":"one line"})"},
      {"\xEF\xBB\xBFname: gr\xC3\xBC\xC3\x9F\r\nk: 2\r\n",
       "{\"name\":\"gr\xC3\xBC\xC3\x9F\",\"k\":2}"},
      {"'<<': 1", R"({"<<":1})"},
      {"%YAML 1.2\n---\na: 1\n...\n", R"({"a":1})"},
  };
  for (const Reading& row : table) {
    EXPECT_EQ(json_of(row.yaml), row.json) << row.yaml;
  }
}

TEST(ParseYaml, SaysWhatIsWrongAndWhere) {
  const std::string deep = std::string(65, '[') + std::string(65, ']');
  const Reading table[] = {
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: duplicate key: a; it stands on line 1 already"},
      {"x:\n  - {k: 1, j: 2, k: 3}", "f.yaml:2:18: duplicate key: k; it stands on line 2 already"},
      {"a: &x 1",
       "f.yaml:1:4: anchors are not supported: &x; write the value out where it is used"},
      {"a: *x",
       "f.yaml:1:4: not YAML: the referenced anchor is not defined; quote a text that starts with "
       "*"},
      {"a: &x [1]\nb: *x",
       "f.yaml:1:4: anchors are not supported: &x; write the value out where it is used"},
      {"<<: {a: 1}",
       "f.yaml:1:1: merge keys are not supported: write the entries out, or compose with "
       "`defaults:`"},
      {"a: !!int 3",
       "f.yaml:1:4: tags are not supported (tag:yaml.org,2002:int); quote a text, write a number "
       "plainly"},
      {"a: !mine [3]",
       "f.yaml:1:4: tags are not supported (!mine); quote a text, write a number plainly"},
      {"? [1, 2]\n: 3",
       "f.yaml:1:3: a list or a map cannot be a key; close its bracket if none is meant"},
      {"~: 3", "f.yaml:1:1: a key is text: null is none; quote it if it is meant"},
      {"a: 1\n---\nb: 2\n",
       "f.yaml:2:1: this does not belong to what stands above: a file is one map or one list"},
      {"a: .inf", "f.yaml:1:4: numbers are finite here: .inf"},
      {"a: .NaN", "f.yaml:1:4: numbers are finite here: .NaN"},
      {"a: 1e999", "f.yaml:1:4: number out of the range of a double: 1e999"},
      {"a: 9223372036854775808",
       "f.yaml:1:4: integer does not fit 64 bits with sign: 9223372036854775808"},
      {"a: 0xFFFFFFFFFFFFFFFF",
       "f.yaml:1:4: integer does not fit 64 bits with sign: 0xFFFFFFFFFFFFFFFF"},
      {deep, "f.yaml:1:65: nested too deeply: at most 64 levels"},
      {"a:\n\tb: 1\n", "f.yaml:2:3: a tab indents this line; YAML wants spaces"},
      {"a:\n  b: 1\n\tc: 2\n", "f.yaml:3:1: a tab indents this line; YAML wants spaces"},
      {"a: [1, 2", "f.yaml:1:1: not YAML: end of sequence flow not found; close the `[`"},
      {"a: 'x", "f.yaml:1:6: not YAML: illegal EOF in scalar; close the quote"},
      {"a: \"\\q\"", "f.yaml:1:7: not YAML: unknown escape character: q"},
      {"a: b: c",
       "f.yaml:1:5: not YAML: illegal map value; quote a text that holds `: `; keys of one map "
       "start in one column"},
      {"a\nb: 1",
       "f.yaml:2:2: not YAML: illegal map value; quote a text that holds `: `; keys of one map "
       "start in one column"},
      {"- a\nb: 1",
       "f.yaml:2:1: this does not belong to what stands above: a file is one map or one list"},
      {"a: 1\n  b: 2",
       "f.yaml:2:4: not YAML: illegal map value; quote a text that holds `: `; keys of one map "
       "start in one column"},
      {"}", "f.yaml:1:1: not YAML: illegal flow end"},
      {"a: @x", "f.yaml:1:4: not YAML: unknown token; quote a text that starts with @, ` or %"},
      {"a: `x`", "f.yaml:1:4: not YAML: unknown token; quote a text that starts with @, ` or %"},
      {"a: %x", "f.yaml:1:4: not YAML: unknown token; quote a text that starts with @, ` or %"},
      {"%YAML 3.0\n---\na", "f.yaml:1:1: not YAML: YAML major version too large"},
      {"%YAML 1.2\n%YAML 1.2\n---\na", "f.yaml:2:1: not YAML: repeated YAML directive"},
      {"a: \xFF", "f.yaml:1:4: byte 0xff is not UTF-8; save the file as UTF-8"},
      {"a: 1\nb: \x01", "f.yaml:2:4: byte 0x01 is a control character; remove it"},
      {std::string_view("a\0b", 3), "f.yaml:1:2: byte 0x00 is a control character; remove it"},
      {"\xFE\xFF\0a", "f.yaml:1:1: byte 0xfe is not UTF-8; save the file as UTF-8"},
  };
  for (const Reading& row : table) {
    EXPECT_EQ(json_of(row.yaml), "ERROR " + std::string(row.json)) << row.yaml;
  }
}

TEST(ParseYaml, RefusesTooLargeAFile) {
  const std::string text(static_cast<std::size_t>(kYamlSizeMax.count()) + 1, ' ');
  EXPECT_EQ(parse_yaml(text, "f.yaml").error().message(),
            "f.yaml: too large: 1 MiB of at most 1 MiB");
}

TEST(ParseYaml, EveryNodeKnowsItsPlace) {
  const Result<Node> root = parse_yaml("a: 1\nlong_key:\n  - x\n  - {k: 'v'}\n", "g3.yaml");
  ASSERT_TRUE(root) << root.error().to_string();
  EXPECT_EQ(to_text(root->mark()), "g3.yaml:1:1");
  const Node& list = *root->find("long_key");
  EXPECT_EQ(to_text(list.mark()), "g3.yaml:3:3");
  EXPECT_EQ(to_text(list.key_mark()), "g3.yaml:2:1");
  EXPECT_EQ(to_text(list.items()[0].mark()), "g3.yaml:3:5");
  const Node& leaf = *list.items()[1].find("k");
  EXPECT_EQ(to_text(leaf.mark()), "g3.yaml:4:9");
  EXPECT_EQ(to_text(leaf.key_mark()), "g3.yaml:4:6");
  EXPECT_TRUE(leaf.is_quoted());
  EXPECT_FALSE(list.items()[0].is_quoted());
}

TEST(ParseYamlValue, ReadsTheRightSideOfAnOverride) {
  const Reading table[] = {
      {"a", R"("a")"},
      {"3", "3"},
      {"'3'", R"("3")"},
      {"[1,2]", "[1,2]"},
      {"0.5", "0.5"},
      {"null", "null"},
      {"", R"("")"},
      {"''", R"("")"},
      {"{a: 1}", R"({"a":1})"},
      {"true", "true"},
      {"[[a, 1], b]", R"([["a",1],"b"])"},
      {"k % 8 != 0", R"("k % 8 != 0")"},
      {"../a b.yaml", R"("../a b.yaml")"},
  };
  for (const Reading& row : table) {
    const Result<Node> node = parse_yaml_value(row.yaml);
    ASSERT_TRUE(node) << row.yaml << node.error().to_string();
    EXPECT_EQ(to_json(*node), row.json) << row.yaml;
  }
  EXPECT_EQ(
      parse_yaml_value("[1, 2").error().message(),
      "command line:1:1: a list or a map cannot be a key; close its bracket if none is meant");
}

TEST(ResolvePlainScalar, TakesOnlyWholeTexts) {
  for (const std::string_view text : {"1x", "0x", "0xg", "--1", "+-1", "1e+", " 1", "1 ", "tRue"}) {
    const Result<Scalar> scalar = resolve_plain_scalar(text);
    ASSERT_TRUE(scalar) << text;
    EXPECT_EQ(*scalar, Scalar(std::string(text)));
  }
}

/// Texts made of what YAML gives a meaning to: far more of them reach the deep branches than of
/// arbitrary bytes.
TEST(ParseYaml, AnswersWhateverTheBytes) {
  constexpr std::string_view kPieces[] = {
      "a",   "1",  ": ", ":",        "- ",   "\n",   "\n  ",  "[",    "]",   "{",  "}",  ",",
      "'",   "\"", "#",  " ",        "|",    ">",    "&x ",   "*x",   "!t ", "? ", "~",  "---\n",
      "%Y ", "\t", "\\", "\xC3\xA9", "\xFF", "\r\n", "...\n", "<<: ", "0x",  ".",  "e9", "@"};
  Random random(20'261'121);
  int accepted = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text;
    for (std::uint64_t left = 1 + random.below(24); left > 0; --left) {
      text += kPieces[random.below(std::size(kPieces))];
    }
    const Result<Node> node = parse_yaml(text, "f.yaml");
    if (!node) {
      EXPECT_TRUE(node.error().message().starts_with("f.yaml:")) << text;
      EXPECT_EQ(node.error().blame(), Blame::kUser);
      continue;
    }
    ++accepted;
    const Result<Node> again = parse_yaml(to_json(*node), "again.yaml");
    ASSERT_TRUE(again) << text << "\n-> " << to_json(*node) << "\n" << again.error().to_string();
    EXPECT_EQ(*again, *node) << text;
  }
  EXPECT_GT(accepted, 1'000) << "the pieces no longer make valid documents";
}

}  // namespace
}  // namespace assay::codec
