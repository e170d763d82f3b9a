// SPDX-License-Identifier: MIT
// p-values that assume nothing but exchangeability (two groups of process-level values by permuting
// their labels, two rates of rare events by Fisher's exact test), and their correction where many
// questions are asked of one run: 160 cells at 5 % are eight false alarms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace assay::statistics {

/// Two-sided p-value of the difference of two medians (equal ones by their means): exact over all
/// splits where there are at most 20 000, else over 20 000 random ones with p = (b + 1) / (B + 1).
/// Checked: both not empty. 4 against 4 cannot go below 2/70, 5 against 5 not below 2/252.
double permutation_p_value(std::span<const double> left, std::span<const double> right,
                           std::uint64_t seed);

/// How often something happened, out of how often it could.
struct Rate {
  std::int64_t hits = 0;
  std::int64_t count = 0;
};
/// Two-sided p-value that two rates are one: the splits that are no more probable than the seen.
double fisher_exact_p_value(const Rate& left, const Rate& right);

/// Adjusted p-values in the order of the given ones. Holm: the chance of even one false alarm stays
/// below alpha. For claims.
std::vector<double> adjust_holm(std::span<const double> p_values);

/// Benjamini-Hochberg: the share of false ones among the alarms stays below q. For tables.
std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values);

}  // namespace assay::statistics
