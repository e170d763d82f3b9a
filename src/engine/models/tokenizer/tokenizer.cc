// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/tokenizer.h"

#include <algorithm>

#include "engine/models/tokenizer/nfc.h"

namespace assay::models {

void Tokenizer::Finder::add(const AddedToken& token) {
  ASSAY_CHECK(!token.text.empty(), "what is looked for has a first byte");
  auto& tokens = by_first_byte_[static_cast<std::uint8_t>(token.text.front())];
  const auto behind_longer = std::ranges::find_if(
      tokens, [&](const AddedToken& other) { return other.text.size() < token.text.size(); });
  tokens.insert(behind_longer, token);
}

const AddedToken* Tokenizer::Finder::find(std::string_view text, std::size_t at,
                                          bool finds_special) const {
  for (const AddedToken& token : by_first_byte_[static_cast<std::uint8_t>(text[at])]) {
    const bool is_wanted = finds_special || !token.is_special;
    if (is_wanted && text.substr(at).starts_with(token.text)) return &token;
  }
  return nullptr;
}

Result<void> Tokenizer::add(const AddedToken& token) {
  if (token.text.empty()) return Error::user("added token {}: its content is empty", token.id);
  if (token.id < 0 || token.id >= kVocabularyMax) {
    return Error::user("added token {:?}: its id {} is outside 0..{}", token.text, token.id,
                       kVocabularyMax - 1);
  }
  const auto index = static_cast<std::size_t>(token.id);
  if (index >= tokens_.size()) tokens_.resize(index + 1);
  Token& known = tokens_[index];
  if (known.exists && known.bytes != token.text) {
    return Error::user("added token {:?}: its id {} is that of {:?}", token.text, token.id,
                       known.bytes);
  }
  known = {token.text, true, token.is_special};
  AddedToken looked_for = token;
  if (token.is_normalised && normalises_) looked_for.text = to_nfc(token.text);
  (token.is_normalised ? in_normalised_text_ : in_given_text_).add(looked_for);
  return {};
}

Result<void> Tokenizer::add_frame(const TokenizerRules& rules) {
  for (const auto* ids : {&rules.prefix, &rules.suffix}) {
    for (const TokenId id : *ids) {
      if (id >= 0 && id < size() && tokens_[static_cast<std::size_t>(id)].exists) continue;
      return Error::user("the frame of a text holds {}, which is no token", id);
    }
  }
  prefix_ = rules.prefix;
  suffix_ = rules.suffix;
  return {};
}

Result<Tokenizer> Tokenizer::create(TokenizerRules rules) {
  Tokenizer tokenizer;
  ASSAY_TRY(tokenizer.pairs_, BytePairs::create(rules.pairs));
  tokenizer.pattern_ = rules.pattern;
  tokenizer.normalises_ = rules.normalises;
  for (const auto& [bytes, id] : rules.pairs.vocabulary) {
    const auto index = static_cast<std::size_t>(id);
    if (index >= tokenizer.tokens_.size()) tokenizer.tokens_.resize(index + 1);
    tokenizer.tokens_[index] = {bytes, true, false};
  }
  for (const AddedToken& token : rules.added)
    ASSAY_TRY_VOID(tokenizer.add(token));
  ASSAY_TRY_VOID(tokenizer.add_frame(rules));
  return tokenizer;
}

namespace {

/// Calls `on_text` and `on_token` for what stands between added tokens and for each of them.
template <class Find, class OnText, class OnToken>
void walk(std::string_view text, const Find& find, const OnText& on_text, const OnToken& on_token) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const AddedToken* token = find(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    if (at > begin) on_text(text.substr(begin, at - begin));
    on_token(token->id);
    at += token->text.size();
    begin = at;
  }
  if (begin < text.size()) on_text(text.substr(begin));
}

}  // namespace

std::vector<TokenId> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  std::vector<TokenId> ids;
  if (options.frame) ids = prefix_;
  const auto finder = [&](const Finder& added) {
    return [&](std::string_view section, std::size_t at) {
      return added.find(section, at, options.finds_special);
    };
  };
  const auto append = [&](TokenId id) { ids.push_back(id); };
  const auto encode_text = [&](std::string_view section) {
    for (const std::string_view piece : split(section, pattern_))
      pairs_.encode(piece, ids);
  };
  const auto encode_section = [&](std::string_view section) {
    if (!normalises_) return walk(section, finder(in_normalised_text_), encode_text, append);
    walk(to_nfc(section), finder(in_normalised_text_), encode_text, append);
  };
  walk(text, finder(in_given_text_), encode_section, append);
  if (options.frame) ids.insert(ids.end(), suffix_.begin(), suffix_.end());
  return ids;
}

Result<std::string> Tokenizer::decode(std::span<const TokenId> ids, SpecialTokens special) const {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 0 || id >= size() || !tokens_[static_cast<std::size_t>(id)].exists) {
      return Error::user("token id {} is not of this tokenizer, whose ids end at {}", id,
                         size() - 1);
    }
    const Token& token = tokens_[static_cast<std::size_t>(id)];
    if (special == SpecialTokens::kKeep || !token.is_special) text += token.bytes;
  }
  return text;
}

TokenId Tokenizer::find(std::string_view token) const {
  if (const TokenId id = pairs_.find(token); id != kNoToken) return id;
  const auto found = std::ranges::find_if(
      tokens_, [&](const Token& other) { return other.exists && other.bytes == token; });
  return found == tokens_.end() ? kNoToken : static_cast<TokenId>(found - tokens_.begin());
}

bool Tokenizer::is_special(TokenId id) const {
  return id >= 0 && id < size() && tokens_[static_cast<std::size_t>(id)].is_special;
}

}  // namespace assay::models
