// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/conv2d.h"

namespace assay::kernels {
namespace {

using tensor::Dims;

class Convolution {
 public:
  Convolution(const Conv2dInputs& inputs, const Conv2dOptions& options)
      : x_shape_(inputs.x.type.shape),
        weight_shape_(inputs.weight.type.shape),
        options_(options),
        x_(load_elements(inputs.x)),
        weight_(load_elements(inputs.weight)) {}

  /// Output channel `o` of picture `b` at row `i`, column `j`.
  double at(std::int64_t b, std::int64_t o, std::int64_t i, std::int64_t j) const {
    const std::int64_t channels = weight_shape_[1];
    const std::int64_t group = o / (weight_shape_[0] / options_.groups);
    double sum = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t plane = b * x_shape_[1] + group * channels + c;
      sum += window_sum(plane, o * channels + c, i, j);
    }
    return sum;
  }

 private:
  /// One channel's share: the window over plane `plane` of x, weighted by plane `filter`.
  double window_sum(std::int64_t plane, std::int64_t filter, std::int64_t i, std::int64_t j) const {
    const std::int64_t height = x_shape_[2];
    const std::int64_t width = x_shape_[3];
    double sum = 0;
    for (std::int64_t p = 0; p < weight_shape_[2]; ++p) {
      const std::int64_t row =
          i * options_.stride[0] - options_.padding[0] + p * options_.dilation[0];
      if (row < 0 || row >= height) continue;
      for (std::int64_t q = 0; q < weight_shape_[3]; ++q) {
        const std::int64_t column =
            j * options_.stride[1] - options_.padding[1] + q * options_.dilation[1];
        if (column < 0 || column >= width) continue;
        const std::int64_t tap = (filter * weight_shape_[2] + p) * weight_shape_[3] + q;
        sum += weight_[static_cast<std::size_t>(tap)] *
               x_[static_cast<std::size_t>((plane * height + row) * width + column)];
      }
    }
    return sum;
  }

  const Dims x_shape_;
  const Dims weight_shape_;
  const Conv2dOptions& options_;
  const std::vector<double> x_;
  const std::vector<double> weight_;
};

}  // namespace

void conv2d_reference(const Conv2dInputs& inputs, const Conv2dOptions& options, const AnyView& y) {
  const Convolution convolution(inputs, options);
  const Dims& shape = y.type.shape;
  const std::vector<double> bias =
      is_given(inputs.bias) ? load_elements(inputs.bias)
                            : std::vector<double>(static_cast<std::size_t>(shape[1]), 0.0);
  const std::int64_t count = count_of(y.type);
  for (std::int64_t index = 0; index < count; ++index) {
    const std::int64_t j = index % shape[3];
    const std::int64_t i = index / shape[3] % shape[2];
    const std::int64_t o = index / (shape[3] * shape[2]) % shape[1];
    const std::int64_t b = index / (shape[3] * shape[2] * shape[1]);
    double value = convolution.at(b, o, i, j) + bias[static_cast<std::size_t>(o)];
    if (is_given(inputs.residual)) value += load_element(inputs.residual, index);
    store_element(y, index, activate_exactly(options.activation, value));
  }
}

}  // namespace assay::kernels
