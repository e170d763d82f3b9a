// SPDX-License-Identifier: MIT
#include "lab/spec/field.h"

#include <gmock/gmock.h>

#include "core/codec/yaml.h"

namespace assay::spec {
namespace {

class FieldTest : public ::testing::Test {
 protected:
  FieldTest() : document_(*codec::parse_yaml("a: {b: [1, x], c: 2.5, d: true}\ne: 4GiB\n", "f")) {}
  codec::Node document_;
};

TEST_F(FieldTest, PathsAndPlacesFollowTheValue) {
  const Field root(document_);
  const Result<Field> a = root.at("a");
  ASSERT_TRUE(a);
  const Result<std::vector<Field>> items = a->find("b")->items();
  ASSERT_TRUE(items);
  EXPECT_EQ((*items)[1].path(), "a.b[1]");
  EXPECT_EQ((*items)[1].error("wrong").message(), "f:1:12: a.b[1]: wrong");
  EXPECT_EQ(a->find("c")->error_at_key("wrong").message(), "f:1:16: a.c: wrong");
  EXPECT_EQ(a->find("c")->key(), "c");
  EXPECT_FALSE(root.find("z").has_value());
}

TEST_F(FieldTest, ReadsWhatIsThere) {
  const Field root(document_);
  const Field a = *root.at("a");
  EXPECT_EQ(*a.find("c")->number(), 2.5);
  EXPECT_EQ(*a.find("d")->flag(), true);
  EXPECT_EQ(*root.find("e")->size(), Bytes(std::int64_t{4} << 30));
  EXPECT_EQ(*(*a.find("b")->items())[0].integer({0, 9}), 1);
  EXPECT_EQ(*(*a.find("b")->items())[1].text(), "x");
}

TEST_F(FieldTest, LongValuesAreCutInComplaints) {
  const codec::Node node(std::string(100, 'x'));
  EXPECT_EQ(Field(node).describe(), "the text `" + std::string(60, 'x') + "...`");
  EXPECT_EQ(Field(codec::Node::map()).describe(), "an empty map");
}

TEST(Place, OfAnOverrideHasNoLine) {
  const codec::Mark mark{
      .file = std::make_shared<const std::string>("override 1: k=3"), .line = 0, .column = 0};
  EXPECT_EQ(place_text(mark), "override 1: k=3");
  EXPECT_EQ(place_text({}), "");
}

TEST(Identifier, IsAFileNameAndAWord) {
  for (const std::string_view good : {"g3", "night_sweep", "a.b-c", "3d"}) {
    EXPECT_TRUE(is_identifier(good)) << good;
  }
  for (const std::string_view bad : {"", "a b", "-x", ".x", "a/b", "a;b", "ä", "a=b"}) {
    EXPECT_FALSE(is_identifier(bad)) << bad;
  }
}

}  // namespace
}  // namespace assay::spec
