// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/softmax.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::kernels {

void softmax_row(std::span<double> row) {
  if (row.empty()) return;
  const double largest = std::ranges::max(row);
  for (double& element : row)
    element = std::exp(element - largest);
  const double total = std::accumulate(row.begin(), row.end(), 0.0);
  for (double& element : row)
    element /= total;
}

void softmax_reference(const ConstAnyView& x, const AnyView& y) {
  std::vector<double> elements = load_elements(x);
  const auto width = static_cast<std::size_t>(x.type.shape[x.type.shape.rank() - 1]);
  for (std::size_t first = 0; first < elements.size(); first += width)
    softmax_row(std::span(elements).subspan(first, width));
  store_elements(y, elements);
}

}  // namespace assay::kernels
