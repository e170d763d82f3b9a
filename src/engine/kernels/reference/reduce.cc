// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/reduce.h"

#include <algorithm>
#include <cmath>

namespace assay::kernels {
namespace {

using tensor::Dims;

/// How far y's row-major index moves with each axis of x; 0 where the axis is reduced.
Dims result_strides(const Dims& shape, std::span<const std::int64_t> axes) {
  Dims strides = shape;
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    const bool is_reduced = std::ranges::find(axes, axis) != axes.end();
    strides[axis] = is_reduced ? 0 : stride;
    if (!is_reduced) stride *= shape[axis];
  }
  return strides;
}

std::size_t result_index(std::int64_t index, const Dims& shape, const Dims& strides) {
  std::int64_t result = 0;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    result += index % shape[axis] * strides[axis];
    index /= shape[axis];
  }
  return static_cast<std::size_t>(result);
}

}  // namespace

void reduce_reference(const ConstAnyView& x, Reduction kind, std::span<const std::int64_t> axes,
                      const AnyView& y) {
  const Dims strides = result_strides(x.type.shape, axes);
  const double start = kind == Reduction::kMax ? -HUGE_VAL : 0;
  std::vector<double> results(static_cast<std::size_t>(count_of(y.type)), start);
  const std::vector<double> elements = load_elements(x);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    double& result = results[result_index(static_cast<std::int64_t>(i), x.type.shape, strides)];
    result = kind == Reduction::kMax ? std::max(result, elements[i]) : result + elements[i];
  }
  if (kind == Reduction::kMean) {
    const double share = static_cast<double>(results.size()) / static_cast<double>(elements.size());
    for (double& result : results)
      result *= share;
  }
  store_elements(y, results);
}

}  // namespace assay::kernels
