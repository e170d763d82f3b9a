// SPDX-License-Identifier: MIT
// A value of an experiment file together with the path of keys that leads to it: what every check
// of the schema is written with, so that every complaint says file:line:column, key and what was
// expected, and is the same sentence for the same mistake.
//
//   ASSAY_TRY(const Field measure, root.at("measure"));
//   ASSAY_TRY_VOID(measure.allow_keys({{"budget", "cache"}}));
//   if (const auto budget = measure.find("budget")) { ASSAY_TRY(auto time, budget->duration()); }
//   // g3.yaml:14:11: measure.budget: a duration needs a unit (ns, us, ...), such as 300us: got 300
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"
#include "core/units.h"

namespace assay::spec {

struct IntegerBounds {
  std::int64_t minimum;
  std::int64_t maximum;
};

class Field {
 public:
  /// `node` outlives the Field.
  explicit Field(const codec::Node& node, std::string path = {})
      : node_(&node), path_(std::move(path)) {}

  const codec::Node& node() const { return *node_; }
  const std::string& path() const { return path_; }
  std::string key() const;  ///< The last part of the path.

  std::string place() const;  ///< "file:line:column: path", of the value.
  /// "file:line:column: path: what". The second points at the key instead of the value.
  Error error(std::string_view what) const;
  Error error_at_key(std::string_view what) const;

  /// This is a map, and every key of it is one of `known`.
  Result<void> allow_keys(std::span<const std::string> known) const;
  Result<Field> at(std::string_view key) const;  ///< An error where it is absent.
  std::optional<Field> find(std::string_view key) const;
  Result<std::vector<Field>> entries() const;  ///< Of a map; key() tells them apart.
  Result<std::vector<Field>> items() const;    ///< Of a list.

  Result<std::string> text() const;
  Result<std::int64_t> integer(const IntegerBounds& bounds) const;
  Result<double> number() const;
  Result<bool> flag() const;
  Result<Nanoseconds> duration() const;
  Result<Bytes> size() const;
  /// The index of the text in `choices`; `kind` names what is chosen: "order", "figure kind".
  Result<std::size_t> choice(std::string_view kind, std::span<const std::string> choices) const;
  /// A text that can be a file name and a word of a command line: letters, digits, `_`, `-`, `.`.
  Result<std::string> identifier() const;
  Result<codec::Scalar> scalar() const;

  /// "the text `abc`", "a list", "nothing": how a value is named in complaints.
  std::string describe() const;

 private:
  const codec::Node* node_;
  std::string path_;
};

/// The place of a value made by an override has no line: "override 2: k=3".
std::string place_text(const codec::Mark& mark);

/// Whether `text` is what Field::identifier takes.
bool is_identifier(std::string_view text);

}  // namespace assay::spec
