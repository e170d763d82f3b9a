// SPDX-License-Identifier: MIT
#include "engine/kernels/reference/gemm.h"

#include <vector>

namespace assay::kernels {
namespace {

using tensor::TensorView;

/// sums = row `i` of a * b, both already as they take part.
void multiply_row(TensorView<const float> a, TensorView<const float> b, std::int64_t i,
                  std::vector<double>& sums) {
  std::fill(sums.begin(), sums.end(), 0.0);
  for (std::int64_t p = 0; p < a.extent(1); ++p) {
    const auto factor = static_cast<double>(a.data()[i * a.stride(0) + p * a.stride(1)]);
    const float* row = b.data() + p * b.stride(0);
    for (std::int64_t j = 0; j < b.extent(1); ++j) {
      sums[static_cast<std::size_t>(j)] += factor * static_cast<double>(row[j * b.stride(1)]);
    }
  }
}

template <class Out>
void multiply(TensorView<const float> a, TensorView<const float> b, Transposes transposes,
              TensorView<Out> c) {
  const GemmSizes sizes = gemm_sizes(a.shape(), b.shape(), transposes, c.shape());
  const TensorView<const float> left = transposes.a ? a.transposed() : a;
  const TensorView<const float> right = transposes.b ? b.transposed() : b;
  std::vector<double> sums(static_cast<std::size_t>(sizes.n));
  for (std::int64_t i = 0; i < sizes.m; ++i) {
    multiply_row(left, right, i, sums);
    for (std::int64_t j = 0; j < sizes.n; ++j) {
      c.data()[i * c.stride(0) + j * c.stride(1)] =
          static_cast<Out>(sums[static_cast<std::size_t>(j)]);
    }
  }
}

}  // namespace

void gemm_reference(TensorView<const float> a, TensorView<const float> b, Transposes transposes,
                    TensorView<double> c) {
  multiply(a, b, transposes, c);
}

void gemm_reference(TensorView<const float> a, TensorView<const float> b, Transposes transposes,
                    TensorView<float> c) {
  multiply(a, b, transposes, c);
}

}  // namespace assay::kernels
