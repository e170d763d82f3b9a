// SPDX-License-Identifier: MIT
#include "engine/kernels/cpu/pad.h"

#include <algorithm>

namespace assay::kernels {

void pad(tensor::TensorView<const float> from, tensor::TensorView<float> to, int threads) {
  const std::int64_t from_stride = from.leading_dimension();
  const std::int64_t to_stride = to.leading_dimension();
  const std::int64_t columns = from.extent(1);
  ASSAY_CHECK(to.extent(0) >= from.extent(0) && to.extent(1) >= columns, "padding never shrinks");
#pragma omp parallel for num_threads(threads) schedule(static)
  for (std::int64_t i = 0; i < to.extent(0); ++i) {
    float* row = to.data() + i * to_stride;
    const std::int64_t kept = i < from.extent(0) ? columns : 0;
    if (kept > 0) std::copy_n(from.data() + i * from_stride, kept, row);
    std::fill(row + kept, row + to.extent(1), 0.0F);
  }
}

}  // namespace assay::kernels
