// SPDX-License-Identifier: MIT
// Settings from the command line, laid over a document as Hydra's users know it:
//
//   key.path=value    replaces what is there; a map is merged, a list or a leaf replaced
//   +key.path=value   adds what is not there
//   ~key.path         deletes what is there
//
// A value is YAML: 3, text, [1, 2], {a: 1}, '3' for the text. A value made here carries the mark
// "override 2: key.path=value", so that a later complaint about it names its place.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/codec/node.h"
#include "core/result.h"

namespace assay::spec {

enum class OverrideKind : std::uint8_t { kSet, kAdd, kDelete };

struct Override {
  OverrideKind kind = OverrideKind::kSet;
  std::string key;  ///< "measure.processes"
  codec::Node value;
  std::string place;  ///< "override 2: measure.processes=5"
};

/// Numbered from 1 in the order given.
Result<std::vector<Override>> parse_overrides(std::span<const std::string> texts);

/// In their order. A key that neither the document has nor `known_keys` lists (what has a default)
/// is an error with the nearest one.
Result<void> apply_overrides(codec::Node& document, std::span<const Override> overrides,
                             std::span<const std::string> known_keys);

/// Maps merge deeply; a list or a leaf replaces what was there.
void merge_into(codec::Node& base, const codec::Node& over);

}  // namespace assay::spec
