// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/tokenizer_file.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "core/codec/fields.h"
#include "core/codec/file.h"
#include "core/codec/json.h"
#include "engine/models/tokenizer/byte_alphabet.h"

namespace assay::models {
namespace {

using codec::Fields;
using codec::Node;

/// Half a million merges of long tokens; Llama 3's file has 17 MB.
constexpr Bytes kFileMax{std::int64_t{128} << 20};

Error unsupported(std::string_view key, const Node& value, std::string_view known) {
  return Error::user("unsupported: {} is {}; known: {}", key, codec::to_json(value).substr(0, 200),
                     known);
}

std::string type_of(const Node* node) {
  const Node* type = node == nullptr ? nullptr : node->find("type");
  return type == nullptr || type->as_string() == nullptr ? "" : *type->as_string();
}

/// Missing or null: the default. Anything but true and false is an error.
Result<bool> read_flag(const Node& node, std::string_view key, bool by_default) {
  const Node* flag = node.find(key);
  if (flag == nullptr || flag->is_null()) return by_default;
  if (const bool* value = flag->as_bool()) return *value;
  return Error::user("{}: expected true or false, got {}", key,
                     codec::to_json(*flag).substr(0, 40));
}

bool is_set(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  if (value == nullptr || value->is_null()) return false;
  if (const bool* flag = value->as_bool()) return *flag;
  if (const std::string* text = value->as_string()) return !text->empty();
  return true;
}

Result<std::string> written_bytes(std::string_view token) {
  if (auto bytes = bytes_of_written(token)) return std::move(*bytes);
  return Error::user("token {:?} is not written in the byte-level alphabet", token);
}

Result<void> read_vocabulary(const Node& node, BytePairRules& rules) {
  if (!node.is_map()) return Error::user("the vocabulary has to be a map from token to id");
  for (const auto& [token, id] : node.entries()) {
    const std::int64_t* number = id.as_integer();
    if (number == nullptr || *number < 0 || *number >= kVocabularyMax) {
      return Error::user("token {:?}: expected an id in 0..{}, got {}", token, kVocabularyMax - 1,
                         codec::to_json(id).substr(0, 40));
    }
    ASSAY_TRY(std::string bytes, written_bytes(token));
    rules.vocabulary.emplace_back(std::move(bytes), static_cast<TokenId>(*number));
  }
  return {};
}

Result<void> add_merge(std::string_view left, std::string_view right, BytePairRules& rules) {
  ASSAY_TRY(std::string left_bytes, written_bytes(left));
  ASSAY_TRY(std::string right_bytes, written_bytes(right));
  rules.merges.emplace_back(std::move(left_bytes), std::move(right_bytes));
  return {};
}

Result<void> add_merge_line(std::string_view line, BytePairRules& rules) {
  const std::size_t space = line.find(' ');
  const bool is_pair = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                       line.find(' ', space + 1) == std::string_view::npos;
  if (!is_pair) {
    return Error::user("merge {}: expected two tokens and a space between, got {:?}",
                       rules.merges.size(), line.substr(0, 80));
  }
  return add_merge(line.substr(0, space), line.substr(space + 1), rules)
      .context("merge {}", rules.merges.size());
}

/// "a b", or ["a", "b"] as newer files write them.
Result<void> read_merge(const Node& node, BytePairRules& rules) {
  if (const std::string* line = node.as_string()) return add_merge_line(*line, rules);
  const bool is_pair = node.is_list() && node.items().size() == 2 &&
                       node.items()[0].as_string() != nullptr &&
                       node.items()[1].as_string() != nullptr;
  if (!is_pair) {
    return Error::user("merge {}: expected a text or a list of two", rules.merges.size());
  }
  return add_merge(*node.items()[0].as_string(), *node.items()[1].as_string(), rules)
      .context("merge {}", rules.merges.size());
}

Result<void> read_model(const Node& model, TokenizerRules& rules) {
  if (const std::string type = type_of(&model); !type.empty() && type != "BPE") {
    return Error::user("unsupported: model.type is {:?}; known: BPE", type);
  }
  for (const std::string_view key : {"dropout", "unk_token", "continuing_subword_prefix",
                                     "end_of_word_suffix", "fuse_unk", "byte_fallback"}) {
    if (is_set(model, key)) return unsupported(key, *model.find(key), "not set");
  }
  ASSAY_TRY(const Fields fields, Fields::of(model, "model"));
  ASSAY_TRY(const Node* vocabulary, fields.any("vocab"));
  ASSAY_TRY(const Node* merges, fields.list("merges"));
  ASSAY_TRY_VOID(read_vocabulary(*vocabulary, rules.pairs).context("in model.vocab"));
  for (const Node& merge : merges->items()) {
    ASSAY_TRY_VOID(read_merge(merge, rules.pairs).context("in model.merges"));
  }
  ASSAY_TRY(rules.pairs.whole_words_first, read_flag(model, "ignore_merges", false));
  return {};
}

/// A step of this type that cuts by GPT-2's expression, or one that leaves that to a Split.
Result<bool> is_byte_level(const Node& node, bool cuts) {
  if (type_of(&node) != "ByteLevel") return false;
  ASSAY_TRY(const bool prefixes, read_flag(node, "add_prefix_space", true));
  if (prefixes) return Error::user("unsupported: pre_tokenizer.add_prefix_space; known: false");
  ASSAY_TRY(const bool does_cut, read_flag(node, "use_regex", true));
  return does_cut == cuts;
}

Result<void> read_split(const Node& node, TokenizerRules& rules) {
  const Node* pattern = node.find("pattern");
  const Node* regex = pattern == nullptr ? nullptr : pattern->find("Regex");
  const Node* behavior = node.find("behavior");
  const bool isolates = behavior != nullptr && behavior->as_string() != nullptr &&
                        *behavior->as_string() == "Isolated";
  ASSAY_TRY(const bool inverts, read_flag(node, "invert", false));
  if (regex == nullptr || regex->as_string() == nullptr || !isolates || inverts) {
    return unsupported("pre_tokenizer", node, "a Split by a Regex, Isolated, not inverted");
  }
  ASSAY_TRY(rules.pattern, parse_split_pattern(*regex->as_string()));
  return {};
}

/// ByteLevel with its own expression (GPT-2's), or a Split and a ByteLevel without one.
Result<void> read_pre_tokenizer(const Node* node, TokenizerRules& rules) {
  const std::string_view known = "ByteLevel, and a Sequence of Split and ByteLevel";
  if (node == nullptr) return Error::user("pre_tokenizer is missing; known: {}", known);
  ASSAY_TRY(const bool is_gpt2, is_byte_level(*node, true));
  if (is_gpt2) return {};
  const Node* steps = node->find("pretokenizers");
  if (type_of(node) != "Sequence" || steps == nullptr || !steps->is_list() ||
      steps->items().size() != 2 || type_of(&steps->items()[0]) != "Split") {
    return unsupported("pre_tokenizer", *node, known);
  }
  ASSAY_TRY(const bool is_second, is_byte_level(steps->items()[1], false));
  if (!is_second) return unsupported("pre_tokenizer", *node, known);
  return read_split(steps->items()[0], rules);
}

Result<void> read_normaliser(const Node* node, TokenizerRules& rules) {
  if (node == nullptr || node->is_null()) return {};
  if (type_of(node) != "NFC") return unsupported("normalizer", *node, "none, NFC");
  rules.normalises = true;
  return {};
}

Result<void> read_added_tokens(const Node* list, TokenizerRules& rules) {
  if (list == nullptr || list->is_null()) return {};
  if (!list->is_list()) return Error::user("added_tokens has to be a list");
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Node& node = list->items()[i];
    ASSAY_TRY(const Fields fields, Fields::of(node, format("added_tokens[{}]", i)));
    AddedToken token;
    ASSAY_TRY(token.text, fields.text("content"));
    ASSAY_TRY(const std::int64_t id, fields.integer("id", 0, kVocabularyMax - 1));
    token.id = static_cast<TokenId>(id);
    ASSAY_TRY(token.is_special, read_flag(node, "special", false));
    ASSAY_TRY(token.is_normalised, read_flag(node, "normalized", !token.is_special));
    for (const std::string_view key : {"single_word", "lstrip", "rstrip"}) {
      if (is_set(node, key)) {
        return Error::user("unsupported: {} of added token {:?}; known: false", key, token.text);
      }
    }
    rules.added.push_back(std::move(token));
  }
  return {};
}

Result<void> read_template_step(const Node& step, const Node& processor, bool& is_behind,
                                TokenizerRules& rules) {
  if (step.find("Sequence") != nullptr) {
    is_behind = true;
    return {};
  }
  const Node* special = step.find("SpecialToken");
  const Node* name = special == nullptr ? nullptr : special->find("id");
  const Node* tokens = processor.find("special_tokens");
  if (name == nullptr || name->as_string() == nullptr || tokens == nullptr) {
    return unsupported("post_processor.single", step, "SpecialToken, Sequence");
  }
  const Node* token = tokens->find(*name->as_string());
  const Node* ids = token == nullptr ? nullptr : token->find("ids");
  if (ids == nullptr || !ids->is_list()) {
    return Error::user("post_processor: special token {:?} has no list of ids", *name->as_string());
  }
  for (const Node& id : ids->items()) {
    if (id.as_integer() == nullptr || *id.as_integer() < 0 || *id.as_integer() >= kVocabularyMax) {
      return Error::user("post_processor: special token {:?}: {} is no id", *name->as_string(),
                         codec::to_json(id).substr(0, 40));
    }
    (is_behind ? rules.suffix : rules.prefix).push_back(static_cast<TokenId>(*id.as_integer()));
  }
  return {};
}

Result<void> read_post_processor(const Node* node, TokenizerRules& rules) {
  if (node == nullptr || node->is_null() || type_of(node) == "ByteLevel") return {};
  if (type_of(node) == "Sequence") {
    const Node* steps = node->find("processors");
    if (steps == nullptr || !steps->is_list()) {
      return Error::user("post_processor.processors has to be a list");
    }
    for (const Node& step : steps->items()) {
      if (type_of(&step) == "Sequence") return unsupported("post_processor", step, "one level");
      ASSAY_TRY_VOID(read_post_processor(&step, rules));
    }
    return {};
  }
  const Node* single = node->find("single");
  if (type_of(node) != "TemplateProcessing" || single == nullptr || !single->is_list()) {
    return unsupported("post_processor", *node, "ByteLevel, TemplateProcessing");
  }
  bool is_behind = false;
  for (const Node& step : single->items()) {
    ASSAY_TRY_VOID(read_template_step(step, *node, is_behind, rules));
  }
  return {};
}

bool is_made(const std::string& bytes, const std::unordered_set<std::string>& merged) {
  return bytes.size() == 1 || merged.contains(bytes);
}

}  // namespace

Result<TokenizerRules> parse_tokenizer_json(std::string_view text) {
  ASSAY_TRY(const Node root, codec::parse_json(text));
  ASSAY_TRY(const Fields fields, Fields::of(root, "tokenizer"));
  TokenizerRules rules;
  ASSAY_TRY(const Node* model, fields.any("model"));
  ASSAY_TRY_VOID(read_model(*model, rules));
  ASSAY_TRY_VOID(read_normaliser(root.find("normalizer"), rules));
  ASSAY_TRY_VOID(read_pre_tokenizer(root.find("pre_tokenizer"), rules));
  ASSAY_TRY_VOID(read_added_tokens(root.find("added_tokens"), rules));
  ASSAY_TRY_VOID(read_post_processor(root.find("post_processor"), rules));
  const Node* decoder = root.find("decoder");
  if (type_of(decoder) != "ByteLevel") {
    return unsupported("decoder", decoder == nullptr ? Node() : *decoder, "ByteLevel");
  }
  return rules;
}

Result<TokenizerRules> parse_vocabulary_and_merges(std::string_view vocabulary,
                                                   std::string_view merges) {
  TokenizerRules rules;
  ASSAY_TRY(const Node root, codec::parse_json(vocabulary).context("in the vocabulary"));
  ASSAY_TRY_VOID(read_vocabulary(root, rules.pairs).context("in the vocabulary"));
  std::unordered_set<std::string> merged;
  while (!merges.empty()) {
    const std::size_t end = std::min(merges.find('\n'), merges.size());
    std::string_view line = merges.substr(0, end);
    merges.remove_prefix(std::min(end + 1, merges.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    ASSAY_TRY_VOID(add_merge_line(line, rules.pairs).context("in the merges"));
    merged.insert(rules.pairs.merges.back().first + rules.pairs.merges.back().second);
  }
  for (const auto& [bytes, id] : rules.pairs.vocabulary) {
    if (!is_made(bytes, merged)) rules.added.push_back({bytes, id, true, false});
  }
  return rules;
}

Result<Tokenizer> read_tokenizer(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::path file = folder / "tokenizer.json";
  if (std::filesystem::exists(file, ignored)) {
    ASSAY_TRY(const std::string text, codec::read_file(file, kFileMax));
    ASSAY_TRY(TokenizerRules rules, parse_tokenizer_json(text).context("in {}", file.string()));
    return Tokenizer::create(std::move(rules)).context("in {}", file.string());
  }
  if (!std::filesystem::exists(folder / "vocab.json", ignored)) {
    return Error::user("{}: neither tokenizer.json nor vocab.json and merges.txt are there",
                       folder.string());
  }
  ASSAY_TRY(const std::string vocabulary, codec::read_file(folder / "vocab.json", kFileMax));
  ASSAY_TRY(const std::string merges, codec::read_file(folder / "merges.txt", kFileMax));
  const std::string files = format("{} with merges.txt", (folder / "vocab.json").string());
  ASSAY_TRY(TokenizerRules rules,
            parse_vocabulary_and_merges(vocabulary, merges).context("in {}", files));
  return Tokenizer::create(std::move(rules)).context("in {}", files);
}

}  // namespace assay::models
