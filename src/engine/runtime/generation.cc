// SPDX-License-Identifier: MIT
#include "engine/runtime/generation.h"

#include <algorithm>

namespace assay::runtime {

Result<Writing> Writing::create(const std::vector<std::vector<TokenId>>& prompts,
                                const GenerationOptions& options) {
  ASSAY_TRY_VOID(check_sampling_options(options.sampling));
  std::vector<Writer> writers;
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    if (prompts[row].empty()) return Error::user("the prompt of row {} is empty", row);
    writers.push_back({.random = Random(mix_seed(options.seed, row)), .answer = {}});
  }
  return Writing(std::move(writers), prompts, options);
}

Result<bool> Writing::take(std::span<const std::span<const float>> scores,
                           const OnToken& on_token) {
  bool has_more = false;
  for (std::size_t row = 0; row < writers_.size(); ++row) {
    Writer& writer = writers_[row];
    next_[row].clear();
    if (writer.has_ended) continue;
    ASSAY_TRY(const TokenId token, sample(scores[row], options_.sampling, writer.random));
    writer.answer.push_back(token);
    const bool is_stop = std::ranges::count(options_.stops, token) > 0;
    const bool goes_on = !on_token || on_token(static_cast<std::int64_t>(row), token);
    writer.has_ended = is_stop || !goes_on;
    if (writer.has_ended) continue;
    next_[row] = {token};
    has_more = true;
  }
  return ++steps_ < options_.tokens_max && has_more;
}

std::vector<std::vector<TokenId>> Writing::answers() const {
  std::vector<std::vector<TokenId>> answers;
  for (const Writer& writer : writers_)
    answers.push_back(writer.answer);
  return answers;
}

Result<std::vector<std::vector<TokenId>>> generate(const AppendTokens& append,
                                                   const std::vector<std::vector<TokenId>>& prompts,
                                                   const GenerationOptions& options,
                                                   const OnToken& on_token) {
  ASSAY_TRY(Writing writing, Writing::create(prompts, options));
  for (bool goes_on = options.tokens_max > 0; goes_on;) {
    ASSAY_TRY(const auto scores, append(writing.next()));
    ASSAY_TRY(goes_on, writing.take(scores, on_token));
  }
  return writing.answers();
}

Result<std::vector<std::vector<TokenId>>> generate(TextSession& session,
                                                   const std::vector<std::vector<TokenId>>& prompts,
                                                   const GenerationOptions& options,
                                                   const OnToken& on_token) {
  const AppendTokens append = [&](const std::vector<std::vector<TokenId>>& tokens) {
    return session.append(tokens);
  };
  return generate(append, prompts, options, on_token);
}

}  // namespace assay::runtime
