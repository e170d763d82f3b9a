// SPDX-License-Identifier: MIT
// The files in which checkpoints ship their tokenizer, read into TokenizerRules. What we would have
// to leave out in order to go on (another model than byte-level BPE, another normaliser, tokens
// that eat the spaces beside them) is an error that says so: ids that are nearly right are wrong.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.h"
#include "engine/models/tokenizer/tokenizer.h"

namespace assay::models {

/// Of a checkpoint's folder: tokenizer.json, or else vocab.json with merges.txt.
Result<Tokenizer> read_tokenizer(const std::filesystem::path& folder);

/// The text of a tokenizer.json.
Result<TokenizerRules> parse_tokenizer_json(std::string_view text);

/// The texts of GPT-2's two files: vocab.json (also called encoder.json) and merges.txt
/// (vocab.bpe). A token that is neither a byte nor made by a merge is a special one.
Result<TokenizerRules> parse_vocabulary_and_merges(std::string_view vocabulary,
                                                   std::string_view merges);

}  // namespace assay::models
