// SPDX-License-Identifier: MIT
// JSON in and out. Reading is strict: no comments, no duplicate keys, limited depth. Writing keeps
// the order of keys, and a number reads back equal and of the same kind (2.0 stays a double).
//
//   ASSAY_TRY(Node record, parse_json(line));
//   std::string text = to_json(record, JsonStyle::kPretty);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::codec {

/// An error says line and column. Integers beyond 64 bits with sign are refused, not rounded.
Result<Node> parse_json(std::string_view text);

enum class JsonStyle : std::uint8_t {
  kCompact,  ///< One line, no spaces: a record of a log.
  kPretty,   ///< Two spaces a level; a list of leaves stays on one line.
};

/// Infinities and NaN are written as null: JSON has no word for them, and a number that was not
/// measured is null everywhere in Assay. Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const Node& node, JsonStyle style = JsonStyle::kCompact);

}  // namespace assay::codec
