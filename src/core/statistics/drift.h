// SPDX-License-Identifier: MIT
// Samples taken in a row: how much each says beyond its neighbour, and whether the machine moved
// while they were taken.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/value.h"

namespace assay::statistics {

/// Lag-1 autocorrelation of the ranks: one preempted sample does not hide it.
double lag1_autocorrelation(std::span<const double> values);

/// The number of independent samples that would say as much (at most n): n (1 - a) / (1 + a),
/// where `a` is the lag-1 autocorrelation corrected for its bias in short series.
double effective_count(std::span<const double> values);

/// The sign interval of the median with its ranks widened by sqrt(n / n_eff); none below an
/// effective count of 6. Never narrower than `median_interval`.
std::optional<Interval> median_interval_correlated(std::span<const double> values,
                                                   double confidence);

struct MannKendall {
  std::int64_t s = 0;  ///< Rising minus falling pairs.
  double z = 0;        ///< Its normal score, corrected for ties and continuity.
};
MannKendall mann_kendall(std::span<const double> values);

/// Median of the second half over the median of the first. Positive values.
struct HalfRatio {
  double ratio = 1;
  std::optional<Interval> interval;  ///< Worst case over the intervals of both halves.
};
HalfRatio half_ratio(std::span<const double> values, double confidence);

/// |z| of Mann-Kendall beyond which a series is called trending: 3 in 1000 by chance.
inline constexpr double kTrendScore = 3;

/// True where a trend is significant (Mann-Kendall, or the halves differ beyond their intervals)
/// and moved the median by more than the fraction `smallest`: with many samples every machine
/// drifts significantly, and only what is larger than the resolution asked for matters.
bool is_drifting(std::span<const double> values, double smallest);

}  // namespace assay::statistics
