// SPDX-License-Identifier: MIT
// Byte-pair encoding: a piece starts as its bytes, and the pair that stands first in the list of
// merges is joined again and again until none is left. Time is n log n in the length of a piece.
//
//   ASSAY_TRY(BytePairs pairs, BytePairs::create(std::move(rules)));
//   pairs.encode("hello", ids);   // Appends to ids.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.h"

namespace assay::models {

using TokenId = std::int32_t;
inline constexpr TokenId kNoToken = -1;

/// Far above every vocabulary we know (Gemma: 262,144), and small enough to index by.
inline constexpr TokenId kVocabularyMax = 1 << 22;

struct BytePairRules {
  std::vector<std::pair<std::string, TokenId>> vocabulary;  ///< Bytes and id; both unique.
  std::vector<std::pair<std::string, std::string>> merges;  ///< In their order; bytes.
  bool whole_words_first = false;  ///< A piece that is a token needs no merges ("ignore_merges").
};

class BytePairs {
 public:
  /// An error for an id that is out of range or stands twice, for a byte without a token, and for
  /// a merge of what is no token or into what is none.
  static Result<BytePairs> create(const BytePairRules& rules);

  void encode(std::string_view piece, std::vector<TokenId>& ids) const;
  /// kNoToken where these bytes are no token.
  TokenId find(std::string_view bytes) const;
  const std::unordered_map<std::string, TokenId>& vocabulary() const { return ids_; }

 private:
  struct Merge {
    std::int32_t rank;
    TokenId id;
  };
  static std::uint64_t key_of(TokenId left, TokenId right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32U |
           static_cast<std::uint32_t>(right);
  }
  const Merge* find_merge(TokenId left, TokenId right) const;
  Result<void> add_merge(const std::pair<std::string, std::string>& merge);

  std::unordered_map<std::string, TokenId> ids_;
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::array<TokenId, 256> bytes_{};
  bool whole_words_first_ = false;
};

}  // namespace assay::models
