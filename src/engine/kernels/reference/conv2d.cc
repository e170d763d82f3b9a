// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/conv2d.h"

#include <utility>

namespace assay::kernels {
namespace {

using tensor::Dims;

/// Where an output pixel is: picture, group of channels, row, column.
struct Place {
  std::int64_t picture = 0;
  std::int64_t group = 0;
  std::int64_t row = 0;
  std::int64_t column = 0;
};

struct Pictures {
  std::vector<double> elements;
  Dims shape;  ///< [B, C, H, W]
};

/// What the window of one output pixel sees, in the order of a filter's elements; 0 outside.
std::vector<double> patch_at(const Pictures& x, const Dims& weight, const Conv2dOptions& options,
                             const Place& place) {
  const auto [height, width] = std::pair{x.shape[2], x.shape[3]};
  const std::int64_t first_plane = place.picture * x.shape[1] + place.group * weight[1];
  const std::int64_t top = place.row * options.stride[0] - options.padding[0];
  const std::int64_t left = place.column * options.stride[1] - options.padding[1];
  std::vector<double> patch;
  for (std::int64_t c = 0; c < weight[1]; ++c) {
    for (std::int64_t p = 0; p < weight[2]; ++p) {
      for (std::int64_t q = 0; q < weight[3]; ++q) {
        const std::int64_t row = top + p * options.dilation[0];
        const std::int64_t column = left + q * options.dilation[1];
        const bool is_inside = row >= 0 && row < height && column >= 0 && column < width;
        const std::int64_t at = ((first_plane + c) * height + row) * width + column;
        patch.push_back(is_inside ? x.elements[static_cast<std::size_t>(at)] : 0);
      }
    }
  }
  return patch;
}

/// The sums alone, in the order of y.
std::vector<double> convolve(const Conv2dInputs& inputs, const Conv2dOptions& options,
                             const Dims& y) {
  const Pictures x{load_elements(inputs.x), inputs.x.type.shape};
  const Dims& weight_shape = inputs.weight.type.shape;
  const std::vector<double> weight = load_elements(inputs.weight);
  const std::int64_t outputs = y[1] / options.groups;
  const std::int64_t area = y[2] * y[3];
  std::vector<double> sums(static_cast<std::size_t>(y[0] * y[1] * area));
  for (std::int64_t i = 0; i < y[0] * options.groups * area; ++i) {
    const Place place{.picture = i / area / options.groups,
                      .group = i / area % options.groups,
                      .row = i % area / y[3],
                      .column = i % y[3]};
    const std::vector<double> patch = patch_at(x, weight_shape, options, place);
    for (std::int64_t o = place.group * outputs; o < (place.group + 1) * outputs; ++o) {
      const double* filter = weight.data() + o * std::ssize(patch);
      const std::int64_t at = (place.picture * y[1] + o) * area + i % area;
      sums[static_cast<std::size_t>(at)] = dot(patch.data(), filter, std::ssize(patch));
    }
  }
  return sums;
}

}  // namespace

void conv2d_reference(const Conv2dInputs& inputs, const Conv2dOptions& options, const AnyView& y) {
  const Dims& shape = y.type.shape;
  std::vector<double> sums = convolve(inputs, options, shape);
  const std::vector<double> bias =
      is_given(inputs.bias) ? load_elements(inputs.bias)
                            : std::vector<double>(static_cast<std::size_t>(shape[1]), 0.0);
  const std::vector<double> residual =
      is_given(inputs.residual) ? load_elements(inputs.residual) : std::vector<double>();
  const auto area = static_cast<std::size_t>(shape[2] * shape[3]);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double shifted = sums[i] + bias[i / area % bias.size()];
    sums[i] =
        activate_exactly(options.activation, residual.empty() ? shifted : shifted + residual[i]);
  }
  store_elements(y, sums);
}

}  // namespace assay::kernels
