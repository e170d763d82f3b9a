// SPDX-License-Identifier: MIT
// Text to token ids and back, as a checkpoint's own files say: byte-level BPE (GPT-2, Llama 3,
// Qwen 2 and 3). Any bytes can be encoded, and decode to themselves where the tokenizer does not
// normalise.
//
//   ASSAY_TRY(Tokenizer tokenizer, read_tokenizer("gpt2"));   // tokenizer_file.h
//   std::vector<TokenId> ids = tokenizer.encode("Hello world");
//   ASSAY_TRY(std::string text, tokenizer.decode(ids));
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "engine/models/tokenizer/byte_pairs.h"
#include "engine/models/tokenizer/pre_tokenizer.h"

namespace assay::models {

/// A token that is found as a whole before the text is cut: "<|endoftext|>".
struct AddedToken {
  std::string text;
  TokenId id = kNoToken;
  bool is_special = false;     ///< Says something to the model; left out where text is wanted.
  bool is_normalised = false;  ///< Looked for in normalised text, not in the text as given.
};

struct TokenizerRules {
  BytePairRules pairs;
  SplitPattern pattern = SplitPattern::kGpt2;
  bool normalises = false;  ///< To Unicode's form C first.
  std::vector<AddedToken> added;
  std::vector<TokenId> prefix;  ///< Put before every text, and behind it.
  std::vector<TokenId> suffix;
};

struct EncodeOptions {
  bool frame = true;          ///< Put the tokens there that the model expects around a text.
  bool finds_special = true;  ///< False: "<|endoftext|>" in the text is only letters and signs.
};
enum class SpecialTokens : std::uint8_t { kSkip, kKeep };

class Tokenizer {
 public:
  static Result<Tokenizer> create(TokenizerRules rules);

  std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options = {}) const;
  /// The bytes; a cut within a character leaves bytes that are not UTF-8. An error for an id that
  /// is no token.
  Result<std::string> decode(std::span<const TokenId> ids,
                             SpecialTokens special = SpecialTokens::kKeep) const;

  /// One more than the largest id: what the model's embedding has to have at least.
  TokenId size() const { return static_cast<TokenId>(tokens_.size()); }
  /// The id of a token by its bytes, kNoToken where there is none.
  TokenId find(std::string_view token) const;
  bool is_special(TokenId id) const;

 private:
  struct Token {
    std::string bytes;
    bool exists = false;
    bool is_special = false;
  };
  /// The added tokens that are looked for in one kind of text.
  class Finder {
   public:
    void add(const AddedToken& token);
    /// The longest that begins at `at`; nullptr where none does.
    const AddedToken* find(std::string_view text, std::size_t at, bool finds_special) const;

   private:
    std::vector<std::vector<AddedToken>> by_first_byte_ = std::vector<std::vector<AddedToken>>(256);
  };
  Result<void> add(const AddedToken& token);
  Result<void> add_frame(const TokenizerRules& rules);

  BytePairs pairs_;
  SplitPattern pattern_ = SplitPattern::kGpt2;
  bool normalises_ = false;
  Finder in_given_text_;
  Finder in_normalised_text_;
  std::vector<Token> tokens_;  ///< By id.
  std::vector<TokenId> prefix_;
  std::vector<TokenId> suffix_;
};

}  // namespace assay::models
