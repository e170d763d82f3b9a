// SPDX-License-Identifier: MIT
// Normalisation of rows. Sums are taken in f32 over several vectors side by side, the variance from
// what is left after the mean, so that a large mean does not drown it.
#pragma once

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis. x and y have the
/// same shape, weight and bias (either may be null) as many elements as a row. y may be x.
void layer_norm(tensor::TensorView<const float> x, const float* weight, const float* bias,
                double epsilon, tensor::TensorView<float> y, int threads);

/// y = x / sqrt(mean of x^2 + epsilon) * weight (or null) over the last axis. y may be x.
void rms_norm(tensor::TensorView<const float> x, const float* weight, double epsilon,
              tensor::TensorView<float> y, int threads);

}  // namespace assay::kernels
