// SPDX-License-Identifier: MIT
// The one document type of the lab: what YAML and JSON are read into and what JSON is written from.
// A Node knows where in a file it stands, so that every complaint about it can say
// file:line:column.
//
//   ASSAY_TRY(Node root, parse_yaml(text, "experiments/g3.yaml"));
//   const Node* warmup = root.find("measure");   // nullptr where the key is absent
//   Node record = Node::map();
//   record.set("schema", "assay.record/1");
//   std::string line = to_json(record);           // keys in the order they were set
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace assay::codec {

/// A leaf: what a factor, a parameter or a table cell can be.
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// "null", "true", "107", "0.5" (shortest form that reads back equal), or the text itself.
std::string to_text(const Scalar& scalar);

struct Mark {
  std::shared_ptr<const std::string> file;  ///< Null where the node was made by code.
  int line = 0;                             ///< From 1.
  int column = 0;                           ///< From 1.
};
/// "experiments/g3.yaml:14:7", or "" for a node made by code.
std::string to_text(const Mark& mark);

class Node {
 public:
  enum class Kind : std::uint8_t { kScalar, kList, kMap };
  using Entry = std::pair<std::string, Node>;

  Node() = default;              ///< null
  Node(Scalar value);            // NOLINT(google-explicit-constructor): leaves read like literals.
  Node(bool value);              // NOLINT(google-explicit-constructor)
  Node(int value);               // NOLINT(google-explicit-constructor)
  Node(std::int64_t value);      // NOLINT(google-explicit-constructor)
  Node(double value);            // NOLINT(google-explicit-constructor)
  Node(const char* value);       // NOLINT(google-explicit-constructor)
  Node(std::string value);       // NOLINT(google-explicit-constructor)
  Node(std::string_view value);  // NOLINT(google-explicit-constructor)
  static Node list();
  static Node list(std::vector<Node> items);
  static Node map();
  static Node map(std::vector<Entry> entries);  ///< Checked: keys differ.

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kScalar && scalar_.index() == 0; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }

  /// Checked: only on a scalar.
  const Scalar& scalar() const;
  /// Text of a string scalar, nullptr otherwise; likewise the other kinds.
  const std::string* as_string() const;
  const std::int64_t* as_integer() const;
  const bool* as_bool() const;
  /// Integers and doubles both answer; `ok` is false for anything else.
  double as_double(bool* ok) const;

  const std::vector<Node>& items() const;        ///< Checked: only on a list.
  const std::vector<Entry>& entries() const;     ///< Checked: only on a map, in file order.
  const Node* find(std::string_view key) const;  ///< nullptr when absent or not a map.
  Node* find(std::string_view key);

  void append(Node item);                       ///< Checked: only on a list.
  Node& set(std::string_view key, Node value);  ///< Checked: only on a map. Replaces or appends.
  bool erase(std::string_view key);

  const Mark& mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = std::move(mark); }
  /// Where the key stands under which this node was read; its own mark where there is no key.
  Mark key_mark() const;
  void set_key_mark(int line, int column) { key_line_ = line, key_column_ = column; }
  /// A scalar that was quoted in YAML stays a string whatever it looks like.
  bool is_quoted() const { return quoted_; }
  void set_quoted(bool quoted) { quoted_ = quoted; }

  /// Equal content: marks, quotes and the order of keys do not matter.
  bool operator==(const Node& other) const;

 private:
  Kind kind_ = Kind::kScalar;
  bool quoted_ = false;
  Scalar scalar_;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
  Mark mark_;
  int key_line_ = 0;  // In the file of `mark_`; 0: no key.
  int key_column_ = 0;
};

/// Index of the first entry whose key stood before it, and of that one; both -1 if all differ.
std::pair<std::ptrdiff_t, std::ptrdiff_t> find_duplicate_key(
    const std::vector<Node::Entry>& entries);

}  // namespace assay::codec
