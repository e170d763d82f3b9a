// SPDX-License-Identifier: MIT
// A Node tree from the events of a parser (list opened, key, leaf, list closed). Depth limit and
// duplicate keys are checked here, once for every format.
//
//   TreeBuilder tree;
//   ASSAY_TRY_VOID(tree.open(Node::Kind::kMap, mark));
//   tree.key("m", key_mark);
//   tree.add(Node(256));
//   ASSAY_TRY_VOID(tree.close());
//   return tree.take();
#pragma once

#include <string>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::codec {

/// Deeper than any document of ours (a record nests 5 levels) and far from the end of any stack.
inline constexpr int kDepthMax = 64;

class TreeBuilder {
 public:
  /// An error beyond kDepthMax.
  Result<void> open(Node::Kind kind, Mark mark);
  /// Closes the innermost list or map. An error where a key of the map stands twice.
  Result<void> close();
  /// The key of what is added next. Checked: only inside a map, once per value.
  void key(std::string text, const Mark& mark);
  void add(Node node);

  /// Whether the next thing to come in this place is a key.
  bool wants_key() const;
  /// The finished tree; null where nothing was added.
  Node take();

 private:
  struct Frame {
    Node::Kind kind = Node::Kind::kList;
    Mark mark;
    std::vector<Node> items;
    std::vector<Node::Entry> entries;
    std::string key;
    Mark key_mark;
    bool has_key = false;
  };

  std::vector<Frame> frames_;
  Node root_;
};

/// "experiments/g3.yaml:14:7: ", or "" for a node made by code: how every complaint starts.
std::string place_of(const Mark& mark);

}  // namespace assay::codec
