// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/norm.h"

#include <cmath>
#include <numeric>

namespace assay::kernels {
namespace {

/// row * weight + bias, of those that are there.
void scale_and_shift(std::span<double> row, std::span<const double> weight,
                     std::span<const double> bias) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!weight.empty()) row[i] *= weight[i];
    if (!bias.empty()) row[i] += bias[i];
  }
}

std::vector<double> load_optional(const ConstAnyView& view) {
  return is_given(view) ? load_elements(view) : std::vector<double>();
}

double mean_square(std::span<const double> row) {
  return dot(row.data(), row.data(), std::ssize(row)) / static_cast<double>(row.size());
}

/// Every row through `normalise`, then scaled and shifted.
template <class Normalise>
void for_each_row(const ConstAnyView& x, const ConstAnyView& weight, const ConstAnyView& bias,
                  const AnyView& y, const Normalise& normalise) {
  std::vector<double> elements = load_elements(x);
  const std::vector<double> factors = load_optional(weight);
  const std::vector<double> shifts = load_optional(bias);
  const auto width = static_cast<std::size_t>(x.type.shape[x.type.shape.rank() - 1]);
  for (std::size_t first = 0; first < elements.size(); first += width) {
    const std::span<double> row = std::span(elements).subspan(first, width);
    normalise(row);
    scale_and_shift(row, factors, shifts);
  }
  store_elements(y, elements);
}

}  // namespace

void layer_norm_reference(const ConstAnyView& x, const ConstAnyView& weight,
                          const ConstAnyView& bias, double epsilon, const AnyView& y) {
  for_each_row(x, weight, bias, y, [&](std::span<double> row) {
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    const double mean = sum / static_cast<double>(row.size());
    for (double& element : row)
      element -= mean;
    const double deviation = std::sqrt(mean_square(row) + epsilon);
    for (double& element : row)
      element /= deviation;
  });
}

void rms_norm_reference(const ConstAnyView& x, const ConstAnyView& weight, double epsilon,
                        const AnyView& y) {
  for_each_row(x, weight, {}, y, [&](std::span<double> row) {
    const double size = std::sqrt(mean_square(row) + epsilon);
    for (double& element : row)
      element /= size;
  });
}

void batch_norm_reference(const ConstAnyView& x, const ChannelStatistics& channels, double epsilon,
                          const AnyView& y) {
  const tensor::Dims& shape = x.type.shape;
  std::vector<double> elements = load_elements(x);
  const std::vector<double> mean = load_elements(channels.mean);
  const std::vector<double> variance = load_elements(channels.variance);
  const std::vector<double> weight = load_elements(channels.weight);
  const std::vector<double> bias = load_elements(channels.bias);
  const auto pixels = static_cast<std::size_t>(count_between(shape, 2, shape.rank()));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const std::size_t c = i / pixels % static_cast<std::size_t>(shape[1]);
    const double deviation = std::sqrt(variance[c] + epsilon);
    elements[i] = (elements[i] - mean[c]) / deviation * weight[c] + bias[c];
  }
  store_elements(y, elements);
}

}  // namespace assay::kernels
