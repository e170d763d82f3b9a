// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/quantise.h"

#include <algorithm>
#include <cmath>

namespace assay::kernels {

double row_scale(std::span<const double> row) {
  double largest = 0;
  for (const double element : row)
    largest = std::max(largest, std::abs(element));
  return static_cast<double>(static_cast<float>(largest) / 127.0F);
}

double quantised(double value, double scale) {
  if (scale == 0) return 0;
  return std::clamp(std::nearbyint(value / scale), -127.0, 127.0);
}

void row_scales_reference(const ConstAnyView& weight, const AnyView& y) {
  const std::vector<double> elements = load_elements(weight);
  const auto width = static_cast<std::size_t>(weight.type.shape[1]);
  for (std::int64_t i = 0; i < weight.type.shape[0]; ++i) {
    const auto first = static_cast<std::size_t>(i) * width;
    store_element(y, i, row_scale(std::span(elements).subspan(first, width)));
  }
}

void quantise_rows_reference(const ConstAnyView& weight, const ConstAnyView& scales,
                             const AnyView& y) {
  std::vector<double> elements = load_elements(weight);
  const std::vector<double> row_scales = load_elements(scales);
  const auto width = static_cast<std::size_t>(weight.type.shape[1]);
  for (std::size_t i = 0; i < elements.size(); ++i)
    elements[i] = quantised(elements[i], row_scales[i / width]);
  store_elements(y, elements);
}

}  // namespace assay::kernels
