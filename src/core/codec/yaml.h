// SPDX-License-Identifier: MIT
// YAML in, as experiment files need it: every node knows file, line and column, plain scalars mean
// what the core schema of YAML 1.2 says (`no` is a text, 010 is ten), and what would surprise a
// reader is refused with its place: duplicate keys, anchors and aliases (write it out, or use
// `defaults:`), merge keys, tags, keys that are not text, a second document, .inf and .nan.
//
//   ASSAY_TRY(Node root, parse_yaml(text, "experiments/g3.yaml"));
#pragma once

#include <string_view>

#include "core/codec/node.h"
#include "core/result.h"
#include "core/units.h"

namespace assay::codec {

/// Hundreds of times the largest experiment file of ours; no text of this size that we could think
/// of kept yaml-cpp busy for more than 1.2 s.
inline constexpr Bytes kYamlSizeMax{std::int64_t{1} << 20};

/// A null Node where the text holds nothing but comments.
Result<Node> parse_yaml(std::string_view text, std::string_view file_name);

/// The right side of an override: `3`, `[1, 2]`, `{a: 1}`, `'3'`; nothing at all is an empty text.
Result<Node> parse_yaml_value(std::string_view text);

/// What a plain scalar means: null, bool, int64, double, else text. An error for a number that does
/// not fit.
Result<Scalar> resolve_plain_scalar(std::string_view text);

}  // namespace assay::codec
