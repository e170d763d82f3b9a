// SPDX-License-Identifier: MIT
// The sizes of a matrix product, read off its operands: c[m, n] = op(a)[m, k] * op(b)[k, n], where
// op transposes or does nothing. Every gemm kernel starts by asking for them.
#pragma once

#include <cstdint>

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// Whether an operand is stored transposed: a as [k, m], b as [n, k].
struct Transposes {
  bool a = false;
  bool b = false;
};

struct GemmSizes {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};

/// Checked: operands that do not fit together are a bug of the caller.
GemmSizes gemm_sizes(const tensor::Dims& a, const tensor::Dims& b, Transposes transposes,
                     const tensor::Dims& c);

}  // namespace assay::kernels
