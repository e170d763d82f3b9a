// SPDX-License-Identifier: MIT
// Cuts text into the pieces within which byte pairs are merged, as the regular expressions of three
// families of tokenizers say. The expressions are written out as code over Unicode's categories,
// one pass from left to right; tests hold them against the expressions themselves.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace assay::models {

enum class SplitPattern : std::uint8_t {
  kGpt2,    ///< Contractions, runs of letters, of numbers, of others, each with a space before it.
  kLlama3,  ///< Runs of letters with any character before; numbers in threes; lines end pieces.
  kQwen2,   ///< As Llama 3, with one number a piece.
};

/// The regular expression that tokenizer.json gives; the pattern's name in comments only.
std::string_view regular_expression(SplitPattern pattern);
/// An error says which expressions are known.
Result<SplitPattern> parse_split_pattern(std::string_view regular_expression);

/// The pieces, in order; together they are the text. Any bytes are text.
std::vector<std::string_view> split(std::string_view text, SplitPattern pattern);

}  // namespace assay::models
