// SPDX-License-Identifier: MIT
#include "engine/runtime/generation.h"

#include <algorithm>

namespace assay::runtime {
namespace {

/// One row while it writes.
struct Writer {
  Random random;
  std::vector<TokenId> answer;
  bool has_ended = false;
};

}  // namespace

Result<std::vector<std::vector<TokenId>>> generate(const AppendTokens& append,
                                                   const std::vector<std::vector<TokenId>>& prompts,
                                                   const GenerationOptions& options,
                                                   const OnToken& on_token) {
  ASSAY_TRY_VOID(check_sampling_options(options.sampling));
  std::vector<Writer> writers;
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    if (prompts[row].empty()) return Error::user("the prompt of row {} is empty", row);
    writers.push_back({.random = Random(mix_seed(options.seed, row)), .answer = {}});
  }
  std::vector<std::vector<TokenId>> next = prompts;
  for (std::int64_t step = 0; step < options.tokens_max; ++step) {
    ASSAY_TRY(const auto logits, append(next));
    bool has_more = false;
    for (std::size_t row = 0; row < writers.size(); ++row) {
      Writer& writer = writers[row];
      next[row].clear();
      if (writer.has_ended) continue;
      ASSAY_TRY(const TokenId token, sample(logits[row], options.sampling, writer.random));
      writer.answer.push_back(token);
      const bool is_stop = std::ranges::count(options.stops, token) > 0;
      const bool goes_on = !on_token || on_token(static_cast<std::int64_t>(row), token);
      writer.has_ended = is_stop || !goes_on;
      if (writer.has_ended) continue;
      next[row] = {token};
      has_more = true;
    }
    if (!has_more) break;
  }
  std::vector<std::vector<TokenId>> answers;
  for (Writer& writer : writers) {
    answers.push_back(std::move(writer.answer));
  }
  return answers;
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
