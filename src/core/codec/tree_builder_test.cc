// SPDX-License-Identifier: MIT
#include "core/codec/tree_builder.h"

#include <gtest/gtest.h>

#include "core/codec/json.h"

namespace assay::codec {
namespace {

Mark at(int line, int column) {
  return {std::make_shared<const std::string>("f"), line, column};
}

TEST(TreeBuilder, MakesWhatItIsTold) {
  TreeBuilder tree;
  ASSERT_TRUE(tree.open(Node::Kind::kMap, at(1, 1)));
  EXPECT_TRUE(tree.wants_key());
  tree.key("a", at(1, 2));
  EXPECT_FALSE(tree.wants_key());
  ASSERT_TRUE(tree.open(Node::Kind::kList, at(1, 5)));
  EXPECT_FALSE(tree.wants_key());
  tree.add(1);
  ASSERT_TRUE(tree.close());
  ASSERT_TRUE(tree.close());
  const Node root = tree.take();
  EXPECT_EQ(to_json(root), R"({"a":[1]})");
  EXPECT_EQ(to_text(root.find("a")->mark()), "f:1:5");
  EXPECT_EQ(to_text(root.find("a")->key_mark()), "f:1:2");
}

TEST(TreeBuilder, RefusesDuplicatesAndDepth) {
  TreeBuilder tree;
  ASSERT_TRUE(tree.open(Node::Kind::kMap, at(1, 1)));
  for (const int line : {2, 3}) {
    tree.key("k", at(line, 1));
    Node value(line);
    value.set_mark(at(line, 4));
    tree.add(std::move(value));
  }
  EXPECT_EQ(tree.close().error().message(), "f:3:1: duplicate key: k; it stands on line 2 already");

  TreeBuilder deep;
  for (int depth = 0; depth < kDepthMax; ++depth) {
    ASSERT_TRUE(deep.open(Node::Kind::kList, {}));
  }
  EXPECT_EQ(deep.open(Node::Kind::kList, {}).error().message(),
            "nested too deeply: at most 64 levels");
}

TEST(TreeBuilderDeathTest, ChecksTheOrderOfEvents) {
  TreeBuilder tree;
  EXPECT_DEATH(static_cast<void>(tree.close()), "what is closed was opened");
  EXPECT_DEATH(tree.key("k", {}), "a key stands in a map");
  ASSERT_TRUE(tree.open(Node::Kind::kMap, {}));
  EXPECT_DEATH(tree.add(1), "a value in a map has a key");
  EXPECT_DEATH(static_cast<void>(tree.take()), "when everything is closed");
}

}  // namespace
}  // namespace assay::codec
