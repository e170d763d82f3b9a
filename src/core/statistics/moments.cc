// SPDX-License-Identifier: MIT
#include "core/statistics/moments.h"

#include "core/check.h"

namespace assay::statistics {

double mean(std::span<const double> values) {
  ASSAY_CHECK(!values.empty(), "the mean of nothing is not a number");
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  const double center = mean(values);
  if (values.size() == 1) return 0;
  double squares = 0;
  for (const double value : values) {
    squares += (value - center) * (value - center);
  }
  return squares / static_cast<double>(values.size() - 1);
}

}  // namespace assay::statistics
