// SPDX-License-Identifier: MIT
// The reference matrix product: obvious loops, every sum in double precision. Slow on purpose; what
// the other kernels are compared with.
#pragma once

#include "engine/kernels/gemm_sizes.h"

namespace assay::kernels {

/// c = op(a) * op(b). Any strides.
void gemm_reference(tensor::TensorView<const float> a, tensor::TensorView<const float> b,
                    Transposes transposes, tensor::TensorView<double> c);
/// The same, each sum rounded once to single precision.
void gemm_reference(tensor::TensorView<const float> a, tensor::TensorView<const float> b,
                    Transposes transposes, tensor::TensorView<float> c);

}  // namespace assay::kernels
