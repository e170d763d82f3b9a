// SPDX-License-Identifier: MIT
#include "core/codec/tree_builder.h"

#include <utility>

namespace assay::codec {

std::string place_of(const Mark& mark) {
  return mark.file == nullptr ? "" : to_text(mark) + ": ";
}

Result<void> TreeBuilder::open(Node::Kind kind, Mark mark) {
  ASSAY_CHECK(kind != Node::Kind::kScalar, "only lists and maps are opened");
  if (frames_.size() >= kDepthMax) {
    return Error::user("{}nested too deeply: at most {} levels", place_of(mark), kDepthMax);
  }
  Frame frame;
  frame.kind = kind;
  frame.mark = std::move(mark);
  frames_.push_back(std::move(frame));
  return {};
}

Result<void> TreeBuilder::close() {
  ASSAY_CHECK(!frames_.empty(), "what is closed was opened");
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  ASSAY_CHECK(!frame.has_key, "every key has a value before its map is closed");
  Node node;
  if (frame.kind == Node::Kind::kList) {
    node = Node::list(std::move(frame.items));
  } else {
    if (const auto [second, first] = find_duplicate_key(frame.entries); second >= 0) {
      const auto& [key, value] = frame.entries[static_cast<std::size_t>(second)];
      const Mark original = frame.entries[static_cast<std::size_t>(first)].second.key_mark();
      return Error::user(
          "{}duplicate key: {}{}", place_of(value.key_mark()), key,
          original.file ? format("; it stands on line {} already", original.line) : std::string());
    }
    node = Node::map(std::move(frame.entries));
  }
  node.set_mark(std::move(frame.mark));
  add(std::move(node));
  return {};
}

void TreeBuilder::key(std::string text, const Mark& mark) {
  ASSAY_CHECK(wants_key(), "a key stands in a map, before its value");
  Frame& frame = frames_.back();
  frame.key = std::move(text);
  frame.key_mark = mark;
  frame.has_key = true;
}

void TreeBuilder::add(Node node) {
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.kind == Node::Kind::kList) {
    frame.items.push_back(std::move(node));
    return;
  }
  ASSAY_CHECK(frame.has_key, "a value in a map has a key");
  node.set_key_mark(frame.key_mark.line, frame.key_mark.column);
  frame.entries.emplace_back(std::move(frame.key), std::move(node));
  frame.has_key = false;
}

bool TreeBuilder::wants_key() const {
  return !frames_.empty() && frames_.back().kind == Node::Kind::kMap && !frames_.back().has_key;
}

Node TreeBuilder::take() {
  ASSAY_CHECK(frames_.empty(), "a tree is taken when everything is closed");
  return std::move(root_);
}

}  // namespace assay::codec
