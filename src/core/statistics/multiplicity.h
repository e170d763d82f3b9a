// SPDX-License-Identifier: MIT
// Many questions asked of one run: 160 cells at 5 % are eight false alarms. Both functions return
// adjusted p-values in the order of the given ones.
#pragma once

#include <span>
#include <vector>

namespace assay::statistics {

/// Holm: the chance of even one false alarm stays below alpha. For claims.
std::vector<double> adjust_holm(std::span<const double> p_values);

/// Benjamini-Hochberg: the share of false ones among the alarms stays below q. For tables.
std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values);

}  // namespace assay::statistics
