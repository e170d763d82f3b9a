// SPDX-License-Identifier: MIT
// Softmax over the last axis, on its own; attention has its own fused form (sdpa.h).
#pragma once

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// y[r, :] = e^(x[r, :] - max) / sum. x and y have the same shape; y may be x. A weight below e^-87
/// is e^-87 (1.6e-38), not 0.
void softmax(tensor::TensorView<const float> x, tensor::TensorView<float> y, int threads);

}  // namespace assay::kernels
