// SPDX-License-Identifier: MIT
#include "engine/models/sampling.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::models {
namespace {

struct Candidate {
  double weight;  ///< Its probability, up to the common factor.
  TokenId id;
  /// The heavier comes later; of equals the one with the higher id comes first.
  bool operator<(const Candidate& other) const {
    return weight != other.weight ? weight < other.weight : id > other.id;
  }
};

std::vector<Candidate> weigh(std::span<const float> logits, float best, double temperature) {
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double distance = (double{logits[i]} - double{best}) / temperature;
    candidates.push_back({std::exp(distance), static_cast<TokenId>(i)});
  }
  return candidates;
}

double sum_of(std::span<const Candidate> candidates) {
  double sum = 0;
  for (const Candidate& candidate : candidates)
    sum += candidate.weight;
  return sum;
}

void keep_best(std::vector<Candidate>& candidates, std::int64_t count) {
  if (count == 0 || count >= std::ssize(candidates)) return;
  std::ranges::nth_element(candidates, candidates.begin() + count - 1,
                           [](const auto& left, const auto& right) { return right < left; });
  candidates.resize(static_cast<std::size_t>(count));
}

/// The fewest best that hold `share` of the sum. A heap: the vocabulary need not be sorted when
/// a dozen tokens hold nearly everything.
void keep_share(std::vector<Candidate>& candidates, double share) {
  if (share >= 1) return;
  const double wanted = share * sum_of(candidates);
  std::make_heap(candidates.begin(), candidates.end());
  double held = 0;
  auto end = candidates.end();
  do {
    std::pop_heap(candidates.begin(), end);
    held += (--end)->weight;
  } while (held < wanted && end != candidates.begin());
  candidates.erase(candidates.begin(), end);
}

}  // namespace

Result<void> check_sampling_options(const SamplingOptions& options) {
  if (!(options.temperature >= 0) || std::isinf(options.temperature)) {
    return Error::user("temperature has to be a number from 0, got {}", options.temperature);
  }
  if (options.top_k < 0) return Error::user("top_k has to be at least 0, got {}", options.top_k);
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    return Error::user("top_p has to be above 0 and at most 1, got {}", options.top_p);
  }
  return {};
}

Result<TokenId> choose_best(std::span<const float> logits) {
  ASSAY_CHECK(!logits.empty(), "there is a token to choose");
  std::size_t best = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isnan(logits[i])) return Error::user("the score of token {} is not a number", i);
    if (logits[i] > logits[best]) best = i;
  }
  if (std::isinf(logits[best])) {
    return Error::user("the best score is {}, that of token {}: no token can be chosen",
                       logits[best], best);
  }
  return static_cast<TokenId>(best);
}

Result<TokenId> sample(std::span<const float> logits, const SamplingOptions& options,
                       Random& random) {
  ASSAY_CHECK(check_sampling_options(options).has_value(), "the options were checked");
  ASSAY_TRY(const TokenId best, choose_best(logits));
  // Below 1e-6 a difference of one float's rounding is a factor beyond e^0.1: as good as 0.
  constexpr double kTemperatureMin = 1e-6;
  if (options.temperature < kTemperatureMin) return best;
  std::vector<Candidate> candidates =
      weigh(logits, logits[static_cast<std::size_t>(best)], options.temperature);
  keep_best(candidates, options.top_k);
  keep_share(candidates, options.top_p);
  double left = random.uniform() * sum_of(candidates);
  for (const Candidate& candidate : candidates) {
    left -= candidate.weight;
    if (left < 0) return candidate.id;
  }
  return best;  // Rounding ate the last step.
}

}  // namespace assay::models
