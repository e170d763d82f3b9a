// SPDX-License-Identifier: MIT
#include "core/codec/node.h"

#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "core/format.h"

namespace assay::codec {
namespace {

std::string number_text(double number) {
  std::string text = format("{}", number);
  // A double stays one when it is read back: 2.0 is not 2.
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

bool have_equal_entries(const std::vector<Node::Entry>& left, const Node& right) {
  const std::vector<Node::Entry>& others = right.entries();
  if (left.size() != others.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto& [key, value] = left[i];
    const Node* other = others[i].first == key ? &others[i].second : right.find(key);
    if (other == nullptr || !(value == *other)) return false;
  }
  return true;
}

}  // namespace

std::string to_text(const Scalar& scalar) {
  if (const auto* flag = std::get_if<bool>(&scalar)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&scalar)) return format("{}", *integer);
  if (const auto* number = std::get_if<double>(&scalar)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&scalar)) return *text;
  return "null";
}

std::string to_text(const Mark& mark) {
  if (mark.file == nullptr) return "";
  return format("{}:{}:{}", *mark.file, mark.line, mark.column);
}

Node::Node(Scalar value) : scalar_(std::move(value)) {}
Node::Node(bool value) : scalar_(value) {}
Node::Node(int value) : scalar_(std::int64_t{value}) {}
Node::Node(std::int64_t value) : scalar_(value) {}
Node::Node(double value) : scalar_(value) {}
Node::Node(const char* value) : scalar_(std::string(value)) {}
Node::Node(std::string value) : scalar_(std::move(value)) {}
Node::Node(std::string_view value) : scalar_(std::string(value)) {}

Node Node::list() {
  return list({});
}

Node Node::list(std::vector<Node> items) {
  Node node;
  node.kind_ = Kind::kList;
  node.items_ = std::move(items);
  return node;
}

Node Node::map() {
  return map({});
}

Node Node::map(std::vector<Entry> entries) {
  ASSAY_CHECK_EQ(find_duplicate_key(entries).first, -1, "a map has every key once");
  Node node;
  node.kind_ = Kind::kMap;
  node.entries_ = std::move(entries);
  return node;
}

const Scalar& Node::scalar() const {
  ASSAY_CHECK(is_scalar(), "only a leaf has a scalar");
  return scalar_;
}

const std::string* Node::as_string() const {
  return std::get_if<std::string>(&scalar_);
}

const std::int64_t* Node::as_integer() const {
  return std::get_if<std::int64_t>(&scalar_);
}

const bool* Node::as_bool() const {
  return std::get_if<bool>(&scalar_);
}

double Node::as_double(bool* ok) const {
  *ok = true;
  if (const auto* number = std::get_if<double>(&scalar_)) return *number;
  if (const auto* integer = as_integer()) return static_cast<double>(*integer);
  *ok = false;
  return 0;
}

const std::vector<Node>& Node::items() const {
  ASSAY_CHECK(is_list(), "only a list has items");
  return items_;
}

const std::vector<Node::Entry>& Node::entries() const {
  ASSAY_CHECK(is_map(), "only a map has entries");
  return entries_;
}

const Node* Node::find(std::string_view key) const {
  const auto entry = std::ranges::find(entries_, key, &Entry::first);
  return entry == entries_.end() ? nullptr : &entry->second;
}

Node* Node::find(std::string_view key) {
  const auto entry = std::ranges::find(entries_, key, &Entry::first);
  return entry == entries_.end() ? nullptr : &entry->second;
}

void Node::append(Node item) {
  ASSAY_CHECK(is_list(), "only a list is appended to");
  items_.push_back(std::move(item));
}

Node& Node::set(std::string_view key, Node value) {
  ASSAY_CHECK(is_map(), "only a map has keys to set");
  if (Node* old = find(key)) return *old = std::move(value);
  return entries_.emplace_back(std::string(key), std::move(value)).second;
}

bool Node::erase(std::string_view key) {
  return std::erase_if(entries_, [key](const Entry& entry) { return entry.first == key; }) > 0;
}

Mark Node::key_mark() const {
  if (key_line_ == 0) return mark_;
  return {.file = mark_.file, .line = key_line_, .column = key_column_};
}

bool Node::operator==(const Node& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::kScalar:
      return scalar_ == other.scalar_;
    case Kind::kList:
      return items_ == other.items_;
    case Kind::kMap:
      return have_equal_entries(entries_, other);
  }
  return false;
}

std::pair<std::ptrdiff_t, std::ptrdiff_t> find_duplicate_key(
    const std::vector<Node::Entry>& entries) {
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {},
                           [&](std::size_t i) { return std::string_view(entries[i].first); });
  std::pair<std::ptrdiff_t, std::ptrdiff_t> found{-1, -1};
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (entries[order[i - 1]].first != entries[order[i]].first) continue;
    const auto second = static_cast<std::ptrdiff_t>(order[i]);
    if (found.first == -1 || second < found.first) {
      found = {second, static_cast<std::ptrdiff_t>(order[i - 1])};
    }
  }
  return found;
}

}  // namespace assay::codec
