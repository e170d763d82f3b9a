// SPDX-License-Identifier: MIT
#include "core/statistics/multiplicity.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace assay::statistics {
namespace {

std::vector<std::size_t> rising_order(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

std::vector<double> adjust_holm(std::span<const double> p_values) {
  const std::vector<std::size_t> order = rising_order(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto remaining = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, remaining * p_values[order[i]]));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values) {
  const std::vector<std::size_t> order = rising_order(p_values);
  std::vector<double> adjusted(p_values.size());
  const auto count = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest = std::min(smallest, p_values[order[i]] * count / static_cast<double>(i + 1));
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace assay::statistics
