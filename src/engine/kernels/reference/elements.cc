// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

using tensor::Dims;
using tensor::DType;
namespace {

/// f32 of rank 1 or more, row by row of the last axis.
void load_rows(const ConstAnyView& view, std::span<double> elements) {
  const int last = view.type.shape.rank() - 1;
  const std::int64_t width = view.type.shape[last];
  const std::int64_t step = view.strides[last];
  const auto* data = static_cast<const float*>(view.data);
  for (std::int64_t first = 0; first < std::ssize(elements); first += width) {
    std::int64_t row = first / width;
    std::int64_t offset = 0;
    for (int axis = last - 1; axis >= 0; --axis) {
      offset += row % view.type.shape[axis] * view.strides[axis];
      row /= view.type.shape[axis];
    }
    for (std::int64_t i = 0; i < width; ++i)
      elements[static_cast<std::size_t>(first + i)] = static_cast<double>(data[offset + i * step]);
  }
}

}  // namespace

std::int64_t count_between(const Dims& shape, int first, int end) {
  std::int64_t count = 1;
  for (int axis = first; axis < end; ++axis)
    count *= shape[axis];
  return count;
}

std::int64_t count_of(const tensor::TensorType& type) {
  return count_between(type.shape, 0, type.shape.rank());
}

std::vector<double> load_elements(const ConstAnyView& view) {
  const std::int64_t count = count_of(view.type);
  std::vector<double> elements(static_cast<std::size_t>(count));
  const int rank = view.type.shape.rank();
  if (view.type.dtype == DType::kF32 && rank > 0) {  // Most operands; weights are large.
    load_rows(view, elements);
    return elements;
  }
  for (std::int64_t i = 0; i < count; ++i)
    elements[static_cast<std::size_t>(i)] = load_element(view, i);
  return elements;
}

void store_elements(const AnyView& view, std::span<const double> elements) {
  ASSAY_CHECK_EQ(count_of(view.type), std::ssize(elements), "as many elements as the view has");
  for (std::int64_t i = 0; i < std::ssize(elements); ++i)
    store_element(view, i, elements[static_cast<std::size_t>(i)]);
}

double dot(const double* x, const double* y, std::int64_t count) {
  double sums[4] = {};
  std::int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::int64_t lane = 0; lane < 4; ++lane)
      sums[lane] += x[i + lane] * y[i + lane];
  }
  for (; i < count; ++i)
    sums[0] += x[i] * y[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace assay::kernels
