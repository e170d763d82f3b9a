// SPDX-License-Identifier: MIT
// The next token out of the scores (logits) that a decoder gives: the best one, or one drawn after
// temperature, top-k and top-p, in this order. Same scores, options and generator: same token.
//
//   Random random(mix_seed(seed, row));   // One generator a sequence: its draws do not depend on
//   ASSAY_TRY(TokenId id, sample(logits, {.temperature = 0.8, .top_k = 40}, random));  // the
//   batch.
#pragma once

#include <span>
#include <string>

#include "core/random.h"
#include "core/result.h"
#include "engine/models/tokenizer/byte_pairs.h"

namespace assay::models {

struct SamplingOptions {
  double temperature = 1;  ///< 0: always the best.
  std::int64_t top_k = 0;  ///< Draw among so many of the best; 0: among all.
  double top_p = 1;        ///< Draw among the fewest best whose probabilities reach it.
  bool operator==(const SamplingOptions&) const = default;
};

/// An error names the option, its value and its range.
Result<void> check_sampling_options(const SamplingOptions& options);

/// The index of the largest score, the first of equals. An error for scores that are no numbers,
/// or all of them minus infinity: the model is broken, and any token would hide it.
Result<TokenId> choose_best(std::span<const float> logits);

/// Takes one number from `random`, none at temperature 0. Checked: the options hold.
Result<TokenId> sample(std::span<const float> logits, const SamplingOptions& options,
                       Random& random);

}  // namespace assay::models
