// SPDX-License-Identifier: MIT
// From process-level log-ratios to an answer. "Same" is proved, not assumed; nothing smaller than
// the A/A floor is ever called a difference; "undecided" says how many processes it would take.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.h"

namespace assay::statistics {

enum class Difference : std::uint8_t { kSame, kFaster, kSlower, kUndecided };
std::string_view to_text(Difference difference);

struct DifferenceRule {
  double floor = 0;   ///< Largest difference seen where there is none, as a fraction.
  double margin = 0;  ///< What counts as the same, as a fraction; at least the floor.
  double confidence = 0.95;
};

struct DifferenceVerdict {
  Difference difference = Difference::kUndecided;
  std::optional<std::int64_t> processes_needed;  ///< In all; none where it cannot be foreseen.
};

/// `log_ratios`: one per process, of other over base; faster means below 0. Same where the interval
/// at twice the error (90 % for 95 %) lies within the margin; else different where the interval
/// excludes 0 and the centre is at least the floor. A margin below the floor is refused.
Result<DifferenceVerdict> judge_difference(std::span<const double> log_ratios,
                                           const DifferenceRule& rule);

/// The same from intervals that are already there.
struct DifferenceEvidence {
  double center = 0;
  double low = 0;  ///< Of the interval at the rule's confidence.
  double high = 0;
  double same_low = 0;  ///< Of the interval at twice its error.
  double same_high = 0;
  std::int64_t processes = 0;
};
Result<DifferenceVerdict> judge_difference(const DifferenceEvidence& evidence,
                                           const DifferenceRule& rule);

/// n (h / d)^2: how many values an interval needs whose half-width `half_width` over `count` values
/// must shrink to `distance`; none where the distance is 0.
std::optional<std::int64_t> count_needed(std::int64_t count, double half_width, double distance);

/// A verdict may be looked at while samples come in only at doubling counts, and look k (from 1)
/// spends alpha / (k (k + 1)), which sums to alpha over all looks.
double alpha_of_look(int look, double alpha);
/// The look (from 1) that is due at `count` values when the first is at `first`; none in between.
std::optional<int> look_at(std::int64_t count, std::int64_t first);

}  // namespace assay::statistics
