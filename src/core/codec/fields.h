// SPDX-License-Identifier: MIT
// Typed reads from a map that a program wrote (a record, a message, an index): every complaint
// names the path of the key, "record.arms[1].batch: expected an integer, got "x"".
//
//   ASSAY_TRY(Fields arm, Fields::of(node, "record.arms[1]"));
//   ASSAY_TRY(std::int64_t batch, arm.integer("batch"));
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::codec {

/// A view: the Node outlives it.
class Fields {
 public:
  static Result<Fields> of(const Node& node, std::string path);

  Result<std::string> text(std::string_view key) const;
  Result<std::int64_t> integer(std::string_view key) const;
  /// Within [low, high].
  Result<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high) const;
  /// An integer or a double; "inf", "-inf" and "nan" as `number_node` wrote them.
  Result<double> number(std::string_view key) const;
  /// 16 hexadecimal digits, as `to_hex` writes them: JSON integers end at 63 bits.
  Result<std::uint64_t> hex(std::string_view key) const;
  Result<const Node*> list(std::string_view key) const;
  Result<const Node*> any(std::string_view key) const;

  /// "record.arms[1].batch"
  std::string path_of(std::string_view key) const;

 private:
  Fields(const Node& node, std::string path) : node_(&node), path_(std::move(path)) {}

  const Node* node_;
  std::string path_;
};

/// A number as a Node that survives JSON: infinities and NaN become texts.
Node number_node(double number);

}  // namespace assay::codec
