// SPDX-License-Identifier: MIT
#include "engine/graph/attributes.h"

#include <gtest/gtest.h>

namespace assay::graph {
namespace {

TEST(Attributes, ToTextWritesEveryKind) {
  EXPECT_EQ(to_text(Attribute{3}), "3");
  EXPECT_EQ(to_text(Attribute{0.1}), "0.1");
  EXPECT_EQ(to_text(Attribute{"gelu"}), "\"gelu\"");
  EXPECT_EQ(to_text(Attribute{Integers{0, 2, 1}}), "[0, 2, 1]");
  EXPECT_EQ(to_text(Attribute{Integers{}}), "[]");
  EXPECT_EQ(to_text(Attribute{Numbers{0.5, 2}}), "[0.5, 2]");
}

TEST(Attributes, KindTextNamesEveryKind) {
  EXPECT_EQ(kind_text(Attribute{3}), "integer");
  EXPECT_EQ(kind_text(Attribute{0.1}), "number");
  EXPECT_EQ(kind_text(Attribute{"gelu"}), "text");
  EXPECT_EQ(kind_text(Attribute{Integers{}}), "integers");
  EXPECT_EQ(kind_text(Attribute{Numbers{}}), "numbers");
}

TEST(Attributes, GivesBackWhatWasSet) {
  Attributes attributes{{"axis", 1}, {"kind", "relu"}, {"factor", 0.5}};
  attributes.set("axis", 2);
  attributes.set("axes", Integers{1, 0});
  attributes.set("mean", Numbers{0.25});
  EXPECT_EQ(attributes.integer("axis"), 2);
  EXPECT_EQ(attributes.text("kind"), "relu");
  EXPECT_EQ(attributes.number("factor"), 0.5);
  EXPECT_EQ(attributes.integers("axes"), (Integers{1, 0}));
  EXPECT_EQ(attributes.numbers("mean"), (Numbers{0.25}));
  EXPECT_TRUE(attributes.has("axis"));
  EXPECT_FALSE(attributes.has("Axis"));
}

TEST(AttributesDeathTest, AnotherNameOrKindIsABug) {
  const Attributes attributes{{"axis", 1}};
  EXPECT_DEATH(attributes.integer("axes"), "a checked node has every attribute of its op");
  EXPECT_DEATH(attributes.text("axis"), "a checked attribute has the kind its op says");
}

}  // namespace
}  // namespace assay::graph
