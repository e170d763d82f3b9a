// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/max_pool2d.h"

#include <algorithm>
#include <cmath>

namespace assay::kernels {

void max_pool2d_reference(const ConstAnyView& x, const PoolOptions& options, const AnyView& y) {
  const tensor::Dims& in = x.type.shape;
  const tensor::Dims& out = y.type.shape;
  const std::int64_t count = count_of(y.type);
  for (std::int64_t index = 0; index < count; ++index) {
    const std::int64_t plane = index / (out[2] * out[3]);
    const std::int64_t top = index / out[3] % out[2] * options.stride[0] - options.padding[0];
    const std::int64_t left = index % out[3] * options.stride[1] - options.padding[1];
    const std::int64_t bottom = std::min(top + options.window[0], in[2]);
    const std::int64_t right = std::min(left + options.window[1], in[3]);
    double largest = -HUGE_VAL;
    for (std::int64_t row = std::max<std::int64_t>(top, 0); row < bottom; ++row) {
      for (std::int64_t column = std::max<std::int64_t>(left, 0); column < right; ++column)
        largest = std::max(largest, load_element(x, (plane * in[2] + row) * in[3] + column));
    }
    store_element(y, index, largest);
  }
}

}  // namespace assay::kernels
