// SPDX-License-Identifier: MIT
// The reference product of matrices, one for each index of the leading axes.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// y[..., i, j] = sum_p a[..., i, p] b[..., p, j], or b[..., j, p] if it is stored transposed.
void matmul_reference(const ConstAnyView& a, const ConstAnyView& b, bool transpose_b,
                      const AnyView& y);

}  // namespace assay::kernels
