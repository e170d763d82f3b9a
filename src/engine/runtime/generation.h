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
