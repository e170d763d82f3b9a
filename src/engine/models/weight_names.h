// SPDX-License-Identifier: MIT
// Where in a checkpoint each weight of our graphs stands. Our names are those of the builders,
// alike for all architectures; theirs differ, and GPT-2 keeps its products transposed and q, k and
// v in one.
//
//   find_weight_source(Architecture::kGpt2, "blocks.3.attention.k.weight")
//   // {{"h.3.attn.c_attn.weight", ...}, .is_transposed = true, .part = 1, .part_count = 3}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/models/huggingface.h"

namespace assay::models {

struct WeightSource {
  /// Names under which files have it, the usual first: with and without the prefix of the class
  /// that saved it, and older spellings.
  std::vector<std::string> names;
  bool is_transposed = false;  ///< [in, out] in the file.
  int part = 0;                ///< Of the outputs, which are kept together with others.
  int part_count = 1;
};

/// Checked: a weight of this architecture's graph that is read, not calculated.
WeightSource find_weight_source(Architecture architecture, std::string_view name);

}  // namespace assay::models
