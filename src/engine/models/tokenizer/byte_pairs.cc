// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/byte_pairs.h"

#include <queue>
#include <unordered_set>

#include "engine/models/tokenizer/byte_alphabet.h"

namespace assay::models {
namespace {

/// One token of a piece that is being merged; a list through indices, so that joining two is O(1).
struct Symbol {
  TokenId id;
  std::int32_t before;
  std::int32_t behind;
};
constexpr std::int32_t kNone = -1;

/// A pair that could be joined when it was found; it may have changed since.
struct Candidate {
  std::int32_t rank;
  std::int32_t place;  ///< Of the left symbol.
  TokenId left;
  TokenId right;
  /// For a queue whose largest is the next: the lowest rank, and of those the leftmost place.
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : place > other.place;
  }
};

}  // namespace

Result<BytePairs> BytePairs::create(const BytePairRules& rules) {
  BytePairs pairs;
  pairs.whole_words_first_ = rules.whole_words_first;
  std::unordered_set<TokenId> seen;
  for (const auto& [bytes, id] : rules.vocabulary) {
    if (id < 0 || id >= kVocabularyMax) {
      return Error::user("token {:?}: its id {} is outside 0..{}", written_of_bytes(bytes), id,
                         kVocabularyMax - 1);
    }
    if (!seen.insert(id).second) {
      return Error::user("token {:?}: its id {} stands twice", written_of_bytes(bytes), id);
    }
    if (!pairs.ids_.emplace(bytes, id).second) {
      return Error::user("token {:?} stands twice", written_of_bytes(bytes));
    }
  }
  for (std::size_t byte = 0; byte < pairs.bytes_.size(); ++byte) {
    const std::string text(1, static_cast<char>(byte));
    pairs.bytes_[byte] = pairs.find(text);
    if (pairs.bytes_[byte] == kNoToken) {
      return Error::user("the vocabulary lacks a token for the byte {:#04x}, written {:?}", byte,
                         written_of_bytes(text));
    }
  }
  for (const auto& merge : rules.merges)
    ASSAY_TRY_VOID(pairs.add_merge(merge));
  return pairs;
}

Result<void> BytePairs::add_merge(const std::pair<std::string, std::string>& merge) {
  const auto rank = static_cast<std::int32_t>(merges_.size());
  const TokenId left = find(merge.first);
  const TokenId right = find(merge.second);
  const TokenId joined = find(merge.first + merge.second);
  if (left == kNoToken || right == kNoToken || joined == kNoToken) {
    const std::string& missing = left == kNoToken    ? merge.first
                                 : right == kNoToken ? merge.second
                                                     : merge.first + merge.second;
    return Error::user("merge {} ({:?} and {:?}): {:?} is no token", rank,
                       written_of_bytes(merge.first), written_of_bytes(merge.second),
                       written_of_bytes(missing));
  }
  if (!merges_.emplace(key_of(left, right), Merge{rank, joined}).second) {
    return Error::user("merge {} ({:?} and {:?}) stands twice", rank, written_of_bytes(merge.first),
                       written_of_bytes(merge.second));
  }
  return {};
}

TokenId BytePairs::find(std::string_view bytes) const {
  const auto entry = ids_.find(std::string(bytes));
  return entry == ids_.end() ? kNoToken : entry->second;
}

const BytePairs::Merge* BytePairs::find_merge(TokenId left, TokenId right) const {
  const auto merge = merges_.find(key_of(left, right));
  return merge == merges_.end() ? nullptr : &merge->second;
}

void BytePairs::encode(std::string_view piece, std::vector<TokenId>& ids) const {
  if (whole_words_first_ || piece.size() == 1) {
    if (const TokenId id = find(piece); id != kNoToken) return ids.push_back(id);
  }
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  for (const char byte : piece) {
    const auto place = static_cast<std::int32_t>(symbols.size());
    symbols.push_back({bytes_[static_cast<std::uint8_t>(byte)], place - 1, place + 1});
  }
  if (symbols.empty()) return;
  symbols.back().behind = kNone;
  const auto at = [&](std::int32_t place) -> Symbol& {
    return symbols[static_cast<std::size_t>(place)];
  };
  std::priority_queue<Candidate> queue;
  const auto offer = [&](std::int32_t place) {
    if (place == kNone || at(place).behind == kNone) return;
    const TokenId left = at(place).id;
    const TokenId right = at(at(place).behind).id;
    if (const Merge* merge = find_merge(left, right)) queue.push({merge->rank, place, left, right});
  };
  for (std::int32_t place = 0; place + 1 < std::ssize(symbols); ++place)
    offer(place);
  while (!queue.empty()) {
    const Candidate next = queue.top();
    queue.pop();
    Symbol& left = at(next.place);
    if (left.id != next.left || left.behind == kNone || at(left.behind).id != next.right) continue;
    Symbol& right = at(left.behind);
    left.id = find_merge(next.left, next.right)->id;
    right.id = kNoToken;
    left.behind = right.behind;
    if (left.behind != kNone) at(left.behind).before = next.place;
    offer(left.before);
    offer(next.place);
  }
  for (std::int32_t place = 0; place != kNone; place = at(place).behind) {
    ids.push_back(at(place).id);
  }
}

}  // namespace assay::models
