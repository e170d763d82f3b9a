// SPDX-License-Identifier: MIT
// Medians and quantiles with exact, distribution-free intervals: a rank interval needs nothing of
// the shape of the data, so it holds on bimodal, quantised and heavy-tailed times alike.
//
//   double typical = median(samples);
//   if (auto bounds = median_interval(samples, 0.95)) ...   // none below 6 samples
//   std::vector<double> sorted = to_sorted(samples);         // sort once, ask often
//   double p99 = quantile_of_sorted(sorted, 0.99);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/value.h"

namespace assay::statistics {

/// Checked: not empty. The average of the two middle values where their number is even.
double median(std::span<const double> values);

/// The exact sign interval of the median; none where there are too few values (6 at 95 %).
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

/// Linear between the neighbouring order statistics; `quantile(values, 0.5)` is the median.
double quantile(std::span<const double> values, double p);
std::optional<Interval> quantile_interval(std::span<const double> values, double p,
                                          double confidence);

/// The same on values that stand in rising order already.
std::vector<double> to_sorted(std::span<const double> values);
double quantile_of_sorted(std::span<const double> sorted, double p);
std::optional<Interval> quantile_interval_of_sorted(std::span<const double> sorted, double p,
                                                    double confidence);

/// Indexes (from 0) of the order statistics that bound a quantile.
struct Ranks {
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool operator==(const Ranks&) const = default;
};
/// The narrowest ranks with at most (1 - confidence) / 2 beyond each; none where `count` is too
/// small for one of them.
std::optional<Ranks> quantile_ranks(std::int64_t count, double p, double confidence);

/// For the methods that ask for them; a typical time is a median. Checked: not empty.
double mean(std::span<const double> values);
/// With n - 1 in the denominator; 0 for a single value.
double variance(std::span<const double> values);

/// Below this many samples the percentile is refused: at 95 % the largest sample bounds it, on both
/// sides up to p95 (36 for p90, 72 for p95) and above only from p99 on (299, and 2995 for p99.9).
std::int64_t percentile_samples_min(double p);

}  // namespace assay::statistics
