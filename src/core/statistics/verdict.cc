// SPDX-License-Identifier: MIT
#include "core/statistics/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/check.h"
#include "core/statistics/processes.h"

namespace assay::statistics {

std::string_view to_text(Difference difference) {
  constexpr std::array<std::string_view, 4> kNames{"same", "faster", "slower", "undecided"};
  return kNames[static_cast<std::size_t>(difference)];
}

std::optional<std::int64_t> count_needed(std::int64_t count, double half_width, double distance) {
  constexpr double kCountMax = 1e9;
  if (!(distance > 0) || !(half_width > 0)) return std::nullopt;
  const double shrink = half_width / distance;
  const double needed = std::ceil(static_cast<double>(count) * shrink * shrink);
  if (needed > kCountMax) return std::nullopt;
  return std::max(count + 1, static_cast<std::int64_t>(needed));
}

Result<DifferenceVerdict> judge_difference(const DifferenceEvidence& evidence,
                                           const DifferenceRule& rule) {
  if (rule.margin < rule.floor) {
    return Error::user(
        "the margin {:.3g} is below the A/A floor {:.3g}: the instrument sees such "
        "a difference where there is none",
        rule.margin, rule.floor);
  }
  const double margin = std::log1p(rule.margin);
  const double floor = std::log1p(rule.floor);
  if (evidence.same_low > -margin && evidence.same_high < margin) {
    return DifferenceVerdict{Difference::kSame, {}};
  }
  const bool excludes_zero = evidence.low > 0 || evidence.high < 0;
  const double effect = std::abs(evidence.center);
  if (excludes_zero && effect >= floor) {
    return DifferenceVerdict{evidence.center < 0 ? Difference::kFaster : Difference::kSlower, {}};
  }
  const double half_width = (evidence.high - evidence.low) / 2;
  const double to_different = effect >= floor ? effect : 0;
  const double to_same = margin - effect;
  return DifferenceVerdict{Difference::kUndecided, count_needed(evidence.processes, half_width,
                                                                std::max(to_different, to_same))};
}

Result<DifferenceVerdict> judge_difference(std::span<const double> log_ratios,
                                           const DifferenceRule& rule) {
  const auto wide = process_interval(log_ratios, rule.confidence);
  const auto narrow = process_interval(log_ratios, 2 * rule.confidence - 1);
  if (!wide || !narrow) return DifferenceVerdict{Difference::kUndecided, kProcessesMin};
  return judge_difference({.center = process_center(log_ratios),
                           .low = wide->low,
                           .high = wide->high,
                           .same_low = narrow->low,
                           .same_high = narrow->high,
                           .processes = std::ssize(log_ratios)},
                          rule);
}

double alpha_of_look(int look, double alpha) {
  ASSAY_CHECK_GE(look, 1, "looks are counted from 1");
  return alpha / (static_cast<double>(look) * (static_cast<double>(look) + 1));
}

std::optional<int> look_at(std::int64_t count, std::int64_t first) {
  ASSAY_CHECK_GT(first, 0, "a look needs something to look at");
  std::int64_t due = first;
  for (int look = 1; due <= count; ++look, due *= 2) {
    if (due == count) return look;
  }
  return std::nullopt;
}

}  // namespace assay::statistics
