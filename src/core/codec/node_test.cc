// SPDX-License-Identifier: MIT
#include "core/codec/node.h"

#include <gtest/gtest.h>

namespace assay::codec {
namespace {

TEST(ScalarText, ReadsBackAsTheSameKind) {
  EXPECT_EQ(to_text(Scalar()), "null");
  EXPECT_EQ(to_text(Scalar(true)), "true");
  EXPECT_EQ(to_text(Scalar(std::int64_t{107})), "107");
  EXPECT_EQ(to_text(Scalar(0.5)), "0.5");
  EXPECT_EQ(to_text(Scalar(2.0)), "2.0");
  EXPECT_EQ(to_text(Scalar(-0.0)), "-0.0");
  EXPECT_EQ(to_text(Scalar(0.1)), "0.1");
  EXPECT_EQ(to_text(Scalar(1e6)), "1000000.0");
  EXPECT_EQ(to_text(Scalar(1e300)), "1e+300");
  EXPECT_EQ(to_text(Scalar(std::string("gemm"))), "gemm");
}

TEST(Mark, IsFileLineColumn) {
  EXPECT_EQ(to_text(Mark{}), "");
  EXPECT_EQ(to_text(Mark{std::make_shared<const std::string>("a.yaml"), 14, 7}), "a.yaml:14:7");
}

TEST(Node, AnswersOnlyForItsKind) {
  bool ok = false;
  EXPECT_TRUE(Node().is_null());
  EXPECT_EQ(*Node("text").as_string(), "text");
  EXPECT_EQ(Node("text").as_integer(), nullptr);
  EXPECT_EQ(*Node(3).as_integer(), 3);
  EXPECT_EQ(*Node(true).as_bool(), true);
  EXPECT_EQ(Node(3).as_bool(), nullptr);
  EXPECT_EQ(Node(3).as_double(&ok), 3.0);
  EXPECT_TRUE(ok);
  EXPECT_EQ(Node("3").as_double(&ok), 0.0);
  EXPECT_FALSE(ok);
  EXPECT_EQ(Node(3).find("key"), nullptr);
}

TEST(Node, KeepsTheOrderOfKeys) {
  Node map = Node::map();
  map.set("z", 1);
  map.set("a", 2);
  map.set("z", 3);
  ASSERT_EQ(map.entries().size(), 2U);
  EXPECT_EQ(map.entries()[0].first, "z");
  EXPECT_EQ(map.entries()[0].second, Node(3));
  EXPECT_TRUE(map.erase("z"));
  EXPECT_FALSE(map.erase("z"));
  EXPECT_EQ(map.entries().size(), 1U);
}

TEST(Node, EqualityIsOfContent) {
  Node left = Node::map();
  left.set("a", 1);
  left.set("b", Node::list({1, "x"}));
  Node right = Node::map();
  right.set("b", Node::list({1, "x"}));
  right.set("a", 1);
  right.set_mark({std::make_shared<const std::string>("f"), 1, 1});
  EXPECT_EQ(left, right);
  right.set("a", 1.0);
  EXPECT_FALSE(left == right) << "an integer is not a double";
  EXPECT_FALSE(Node() == Node(false));
  EXPECT_FALSE(Node::list() == Node::map());
}

TEST(Node, KeyMarkFallsBackToItsOwn) {
  Node node(1);
  node.set_mark({std::make_shared<const std::string>("f"), 3, 9});
  EXPECT_EQ(to_text(node.key_mark()), "f:3:9");
  node.set_key_mark(3, 5);
  EXPECT_EQ(to_text(node.key_mark()), "f:3:5");
}

TEST(FindDuplicateKey, NamesTheEarliestRepetition) {
  const std::vector<Node::Entry> entries{{"b", 1}, {"a", 2}, {"c", 3}, {"a", 4}, {"b", 5}};
  EXPECT_EQ(find_duplicate_key(entries), (std::pair<std::ptrdiff_t, std::ptrdiff_t>{3, 1}));
  EXPECT_EQ(find_duplicate_key({{"a", 1}, {"b", 2}}).first, -1);
}

TEST(NodeDeathTest, ChecksItsKind) {
  EXPECT_DEATH(static_cast<void>(Node(1).items()), "only a list has items");
  EXPECT_DEATH(static_cast<void>(Node::list().entries()), "only a map has entries");
  EXPECT_DEATH(static_cast<void>(Node::map().scalar()), "only a leaf has a scalar");
  EXPECT_DEATH(Node::map().append(1), "only a list is appended to");
  EXPECT_DEATH(Node(1).set("k", 1), "only a map has keys to set");
  EXPECT_DEATH(static_cast<void>(Node::map({{"a", 1}, {"a", 2}})), "a map has every key once");
}

}  // namespace
}  // namespace assay::codec
