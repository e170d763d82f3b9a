// SPDX-License-Identifier: MIT
#include "engine/models/settings.h"

#include <gmock/gmock.h>

namespace assay::models {
namespace {

using ::testing::HasSubstr;

Settings settings() {
  auto parsed = Settings::parse(
      R"({"n": 5, "x": 0.5, "yes": true, "name": "gelu", "none": null, "map": {"k": 1}})",
      "m/config.json");
  EXPECT_TRUE(parsed.has_value()) << parsed.error().to_string();
  return std::move(*parsed);
}

TEST(Settings, ReadTheirKinds) {
  const Settings s = settings();
  EXPECT_EQ(*s.integer("n", 1, 5), 5);
  EXPECT_EQ(*s.number("n", 0), 5.0);
  EXPECT_EQ(*s.number("x", 0), 0.5);
  EXPECT_TRUE(*s.flag("yes", false));
  EXPECT_EQ(*s.text("name", ""), "gelu");
  EXPECT_EQ(*(*s.map("map"))->integer("k", 0, 9), 1);
}

TEST(Settings, MissingAndNullHaveTheDefault) {
  const Settings s = settings();
  for (const char* key : {"absent", "none"}) {
    EXPECT_FALSE(s.has(key));
    EXPECT_EQ(*s.integer(key, 0, 9, 7), 7);
    EXPECT_EQ(*s.number(key, 2.5), 2.5);
    EXPECT_TRUE(*s.flag(key, true));
    EXPECT_EQ(*s.text(key, "relu"), "relu");
    EXPECT_FALSE((*s.map(key)).has_value());
  }
}

TEST(Settings, SayWhatDoesNotFit) {
  const Settings s = settings();
  EXPECT_EQ(s.integer("absent", 1, 9).error().message(),
            "m/config.json: absent: expected an integer in 1..9, got nothing");
  EXPECT_EQ(s.integer("n", 6, 9).error().message(),
            "m/config.json: n: expected an integer in 6..9, got 5");
  EXPECT_EQ(s.integer("x", 0, 9, 1).error().message(),
            "m/config.json: x: expected an integer in 0..9, got 0.5");
  EXPECT_EQ(s.number("name", 0).error().message(),
            "m/config.json: name: expected a number, got \"gelu\"");
  EXPECT_EQ(s.flag("n", true).error().message(), "m/config.json: n: expected true or false, got 5");
  EXPECT_EQ(s.text("yes", "").error().message(), "m/config.json: yes: expected a text, got true");
  EXPECT_EQ(s.map("n").error().message(), "m/config.json: n: expected a map, got 5");
  EXPECT_EQ((*s.map("map"))->integer("k", 2, 9).error().message(),
            "m/config.json: map: k: expected an integer in 2..9, got 1");
  EXPECT_EQ(s.unsupported("name", "silu").message(),
            "m/config.json: unsupported: name is \"gelu\"; known: silu");
}

TEST(Settings, AreAMap) {
  EXPECT_THAT(Settings::parse("[1]", "c.json").error().message(),
              HasSubstr("c.json: expected a map of settings"));
  EXPECT_THAT(Settings::parse("{", "c.json").error().to_string(), HasSubstr("in c.json"));
}

}  // namespace
}  // namespace assay::models
