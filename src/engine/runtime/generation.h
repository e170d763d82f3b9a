// SPDX-License-Identifier: MIT
// Text from a decoder: prompts in, tokens out, until a stop token or the most that were asked for.
// Every row draws from a generator of its own, so that what it says does not depend on which other
// rows are beside it.
#pragma once

#include <functional>

#include "engine/models/sampling.h"
#include "engine/runtime/text_session.h"

namespace assay::runtime {

struct GenerationOptions {
  models::SamplingOptions sampling;
  std::int64_t tokens_max = 128;  ///< Of each row.
  std::vector<TokenId> stops;     ///< A row ends after one of these, which is part of its answer.
  std::uint64_t seed = 0;
};

/// Called for every token as it is chosen; returning false ends the row.
using OnToken = std::function<bool(std::int64_t row, TokenId token)>;

/// Appends tokens to every row and gives the scores of each row's next one.
using AppendTokens = std::function<Result<std::vector<std::span<const float>>>(
    const std::vector<std::vector<TokenId>>& tokens)>;

/// What is written so far, for whoever runs the steps: between two of them the world may change.
///
///   ASSAY_TRY(Writing writing, Writing::create(prompts, options));
///   do { ... append writing.next() to the rows ... } while (*writing.take(scores));
class Writing {
 public:
  /// A user error where a prompt is empty, or the options make no sense.
  static Result<Writing> create(const std::vector<std::vector<TokenId>>& prompts,
                                const GenerationOptions& options);

  /// What every row appends next: its prompt first, then the token that was chosen for it.
  const std::vector<std::vector<TokenId>>& next() const { return next_; }
  /// Scores of each row's next token, after next() was appended. False when all is written.
  Result<bool> take(std::span<const std::span<const float>> scores,
                    const OnToken& on_token = nullptr);
  /// The new tokens of each row.
  std::vector<std::vector<TokenId>> answers() const;

 private:
  /// One row while it writes.
  struct Writer {
    Random random;
    std::vector<TokenId> answer;
    bool has_ended = false;
  };
  Writing(std::vector<Writer> writers, const std::vector<std::vector<TokenId>>& prompts,
          const GenerationOptions& options)
      : options_(options), writers_(std::move(writers)), next_(prompts) {}

  GenerationOptions options_;
  std::vector<Writer> writers_;
  std::vector<std::vector<TokenId>> next_;
  std::int64_t steps_ = 0;
};

/// The same over whatever keeps the rows.
Result<std::vector<std::vector<TokenId>>> generate(const AppendTokens& append,
                                                   const std::vector<std::vector<TokenId>>& prompts,
                                                   const GenerationOptions& options,
                                                   const OnToken& on_token = nullptr);
/// The new tokens of each row. The session holds all but each row's last one, so that generation
/// can be continued with it.
Result<std::vector<std::vector<TokenId>>> generate(TextSession& session,
                                                   const std::vector<std::vector<TokenId>>& prompts,
                                                   const GenerationOptions& options,
                                                   const OnToken& on_token = nullptr);

}  // namespace assay::runtime
