// SPDX-License-Identifier: MIT
// Mean and variance, for the places where a method asks for them. A typical time is a median.
#pragma once

#include <span>

namespace assay::statistics {

/// Checked: not empty.
double mean(std::span<const double> values);
/// With n - 1 in the denominator; 0 for a single value.
double variance(std::span<const double> values);

}  // namespace assay::statistics
