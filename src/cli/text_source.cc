// SPDX-License-Identifier: MIT
#include "cli/text_source.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "core/codec/utf8.h"
#include "engine/models/checkpoint.h"
#include "engine/models/model_list.h"
#include "engine/models/tokenizer/tokenizer_file.h"

namespace assay::cli {
namespace {

using models::TokenId;

constexpr std::uint64_t kWeightSeed = 1;

Result<TextSource> open_checkpoint(const std::filesystem::path& folder) {
  ASSAY_TRY(models::Checkpoint checkpoint, models::load_checkpoint(folder));
  const auto* decoder = std::get_if<models::DecoderConfig>(&checkpoint.model.config);
  if (decoder == nullptr) {
    return Error::user("{}: {} is no decoder: it writes no text", folder.string(),
                       to_text(checkpoint.model.architecture));
  }
  TextSource source;
  ASSAY_TRY(source.tokenizer, models::read_tokenizer(folder));
  if (source.tokenizer->size() > decoder->vocabulary) {
    return Error::user(
        "{}: the tokenizer has {} tokens, the model (config.json) a vocabulary of {}",
        folder.string(), source.tokenizer->size(), decoder->vocabulary);
  }
  source.graph = std::move(checkpoint.graph);
  source.weights = std::move(checkpoint.weights);
  source.sampling = checkpoint.generation.sampling;
  source.stops = checkpoint.model.stop_tokens;
  source.stops.insert(source.stops.end(), checkpoint.generation.stop_tokens.begin(),
                      checkpoint.generation.stop_tokens.end());
  source.tokens_max = checkpoint.model.tokens_max;
  source.not_followed = std::move(checkpoint.generation.not_followed);
  return source;
}

Result<TextSource> open_listed(const std::string& name) {
  auto graph = models::build_model(name);
  if (!graph) {
    return Error::user("{}: no such folder, and no model: {}", name, graph.error().message());
  }
  if (graph->of_kind(graph::NodeKind::kState).empty()) {
    return Error::user("{} is no decoder: it writes no text", name);
  }
  TextSource source;
  ASSAY_TRY(source.weights, graph::seeded_weights(*graph, kWeightSeed));
  source.graph = std::move(*graph);
  return source;
}

Result<std::vector<TokenId>> parse_ids(std::string_view text) {
  std::vector<TokenId> ids;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    if (*at == ' ') {
      ++at;
      continue;
    }
    TokenId id = 0;
    const auto [next, error] = std::from_chars(at, end, id);
    if (error != std::errc() || id < 0 || (next != end && *next != ' ')) {
      return Error::user(
          "--prompt: a model by name has no tokenizer: token ids were expected, as in \"15 2 7\", "
          "got `{}`",
          text);
    }
    ids.push_back(id);
    at = next;
  }
  return ids;
}

/// Whether more bytes could make a character of what `text` begins with.
bool may_be_continued(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : 2);
  if (first < 0xC2 || first > 0xF4 || text.size() >= length) return false;
  for (const char byte : text.substr(1)) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) return false;
  }
  return true;
}

}  // namespace

Result<TextSource> open_text_source(const std::string& what) {
  std::error_code error;
  if (std::filesystem::exists(what, error) || what.find('/') != std::string::npos) {
    return open_checkpoint(what);
  }
  return open_listed(what);
}

Result<std::vector<TokenId>> tokens_of(const TextSource& source, std::string_view prompt) {
  std::vector<TokenId> ids;
  if (source.tokenizer) {
    ids = source.tokenizer->encode(prompt);
  } else {
    ASSAY_TRY(ids, parse_ids(prompt));
  }
  if (ids.empty()) return Error::user("--prompt: it has no token; a model goes on from something");
  return ids;
}

Result<std::string> text_of(const TextSource& source, TokenId token) {
  if (!source.tokenizer) return format("{} ", token);
  // A vocabulary may be padded: ids that no text gives, and that stand for none.
  if (token >= source.tokenizer->size()) return std::string();
  const std::array<TokenId, 1> ids{token};
  return source.tokenizer->decode(ids, models::SpecialTokens::kSkip);
}

std::string CharacterStream::take(bool is_end) {
  std::string shown;
  std::size_t at = 0;
  while (at < held_.size()) {
    const std::string_view rest = std::string_view(held_).substr(at);
    const std::size_t length = codec::utf8_length(rest);
    if (length == 0 && !is_end && may_be_continued(rest)) break;
    shown += length == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, length);
    at += std::max<std::size_t>(length, 1);
  }
  held_.erase(0, at);
  return shown;
}

std::string CharacterStream::add(std::string_view bytes) {
  held_ += bytes;
  return take(false);
}

std::string CharacterStream::end() {
  return take(true);
}

}  // namespace assay::cli
