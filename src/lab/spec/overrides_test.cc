// SPDX-License-Identifier: MIT
#include "lab/spec/overrides.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"
#include "core/codec/yaml.h"

namespace assay::spec {
namespace {

const std::vector<std::string> kKnown{"measure.budget", "run.seed"};

/// The document after the overrides as JSON, or the message.
std::string outcome(const std::vector<std::string>& texts) {
  Result<codec::Node> document =
      codec::parse_yaml("a: {b: 1, c: [1, 2]}\nmeasure: {samples_min: 3}\nd: text\n", "x.yaml");
  const Result<std::vector<Override>> overrides = parse_overrides(texts);
  if (!overrides) return overrides.error().message();
  const Result<void> applied = apply_overrides(*document, *overrides, kKnown);
  return applied ? codec::to_json(*document) : applied.error().message();
}

struct Case {
  std::vector<std::string> texts;
  std::string want;
};

TEST(Overrides, DoWhatHydrasUsersKnow) {
  const std::vector<Case> cases{
      {{}, R"({"a":{"b":1,"c":[1,2]},"measure":{"samples_min":3},"d":"text"})"},
      {{"a.b=5", "~measure", "~d"}, R"({"a":{"b":5,"c":[1,2]}})"},
      {{"a.c=[3]", "~measure", "~d"}, R"({"a":{"b":1,"c":[3]}})"},
      {{"a={b: 2, e: {f: 1}}", "~measure", "~d"}, R"({"a":{"b":2,"c":[1,2],"e":{"f":1}}})"},
      {{"+a.e.f=yes", "~measure", "~d", "~a.c"}, R"({"a":{"b":1,"e":{"f":"yes"}}})"},
      {{"d='3'", "~a", "~measure"}, R"({"d":"3"})"},
      {{"d=", "~a", "~measure"}, R"({"d":""})"},
      {{"d=k % 8 == 0", "~a", "~measure"}, R"({"d":"k % 8 == 0"})"},
      {{"d=> 1.05", "~a", "~measure"}, R"({"d":"> 1.05"})"},
      {{"measure.budget=1s", "~a", "~d"}, R"({"measure":{"samples_min":3,"budget":"1s"}})"},
      {{"run.seed=7", "~a", "~d", "~measure"}, R"({"run":{"seed":7}})"},
      {{"a.b=1", "a.b=2", "~d", "~measure", "~a.c"}, R"({"a":{"b":2}})"},
  };
  for (const auto& [texts, want] : cases) {
    SCOPED_TRACE(::testing::PrintToString(texts));
    EXPECT_EQ(outcome(texts), want);
  }
}

TEST(Overrides, MistakesAreNamed) {
  const std::vector<Case> cases{
      {{"a.bb=1"},
       "override 1: a.bb=1: unknown key: a.bb; did you mean a.b? write +a.bb=... to add a new key"},
      {{"a.zzzz=1"},
       "override 1: a.zzzz=1: unknown key: a.zzzz; a has: b, c; write +a.zzzz=... to add a new "
       "key"},
      {{"~a.measure"}, "override 1: ~a.measure: unknown key: a.measure; a has: b, c"},
      {{"a.b=1", "measure.bugdet=1s"},
       "override 2: measure.bugdet=1s: unknown key: measure.bugdet; did you mean measure.budget? "
       "write +measure.bugdet=... to add a new key"},
      {{"zzzzzzzz=1"},
       "override 1: zzzzzzzz=1: unknown key: zzzzzzzz; write +zzzzzzzz=... to add a new key"},
      {{"+a.b=1"}, "override 1: +a.b=1: a.b is there already; drop the + to change it"},
      {{"~a.x"}, "override 1: ~a.x: unknown key: a.x; did you mean a.b?"},
      {{"a.b.c.d=1"},
       "override 1: a.b.c.d=1: unknown key: a.b.c.d; write +a.b.c.d=... to add a new key"},
      {{"~a.b=1"}, "override 1: ~a.b=1: ~ takes a key only: ~a.b"},
      {{"a.b"}, "override 1: a.b: expected a value: a.b=..."},
      {{"=1"}, "override 1: =1: expected key=value, +key=value or ~key"},
      {{"a..b=1"}, "override 1: a..b=1: expected key=value, +key=value or ~key"},
      {{"+d.x=1"}, "override 1: +d.x=1: d is not a map"},
  };
  for (const auto& [texts, want] : cases) {
    SCOPED_TRACE(::testing::PrintToString(texts));
    EXPECT_EQ(outcome(texts), want);
  }
  EXPECT_THAT(outcome({"a.c=[1, 2"}), ::testing::StartsWith("override 1: a.c=[1, 2: "));
}

TEST(Overrides, ValuesRememberWhoSetThem) {
  Result<codec::Node> document = codec::parse_yaml("a: {b: 1}\n", "x.yaml");
  const std::vector<std::string> texts{"a.b={c: [1, {d: 2}]}"};
  const Result<std::vector<Override>> overrides = parse_overrides(texts);
  ASSERT_TRUE(overrides);
  ASSERT_TRUE(apply_overrides(*document, *overrides, {}));
  const codec::Node* d = document->find("a")->find("b")->find("c")->items()[1].find("d");
  ASSERT_NE(d, nullptr);
  EXPECT_EQ(*d->mark().file, "override 1: a.b={c: [1, {d: 2}]}");
  EXPECT_EQ(d->mark().line, 0);
}

TEST(Merge, MapsMergeListsAndLeavesReplace) {
  codec::Node base = *codec::parse_yaml("{a: {b: 1, c: [1, 2], d: {e: 1}}, f: 1}", "base");
  merge_into(base, *codec::parse_yaml("{a: {c: [3], d: 4, g: 5}, f: {h: 1}}", "over"));
  EXPECT_EQ(codec::to_json(base), R"({"a":{"b":1,"c":[3],"d":4,"g":5},"f":{"h":1}})");
}

}  // namespace
}  // namespace assay::spec
