// SPDX-License-Identifier: MIT
// A decoder to generate text with: a checkpoint's folder with its tokenizer, or a model by name
// with weights from a seed, which speaks in token ids.
//
//   ASSAY_TRY(TextSource source, open_text_source("models/gpt2"));
//   ASSAY_TRY(auto ids, tokens_of(source, "Hello"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "engine/graph/graph.h"
#include "engine/graph/weights.h"
#include "engine/models/sampling.h"
#include "engine/models/tokenizer/tokenizer.h"

namespace assay::cli {

struct TextSource {
  graph::Graph graph;
  graph::Weights weights;
  std::optional<models::Tokenizer> tokenizer;  ///< Without one, text is token ids: "15 2 7".
  models::SamplingOptions sampling{.temperature = 0};
  std::vector<models::TokenId> stops;
  std::int64_t tokens_max = 0;            ///< Prompt and answer together; 0: not known.
  std::vector<std::string> not_followed;  ///< Settings of the checkpoint that we do not do.
};

/// A folder, or else the name of a model. Both have to be decoders.
Result<TextSource> open_text_source(const std::string& what);

/// The prompt as the model wants it. Never empty.
Result<std::vector<models::TokenId>> tokens_of(const TextSource& source, std::string_view prompt);
/// The bytes that a token adds to the answer: nothing for a special one.
Result<std::string> text_of(const TextSource& source, models::TokenId token);

/// Tokens end within characters, terminals want whole ones: what has arrived in pieces comes out
/// character by character, bytes that are no UTF-8 as U+FFFD.
class CharacterStream {
 public:
  /// What can be shown now.
  std::string add(std::string_view bytes);
  /// What is left when nothing more comes.
  std::string end();

 private:
  std::string take(bool is_end);
  std::string held_;
};

}  // namespace assay::cli
