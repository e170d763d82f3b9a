// SPDX-License-Identifier: MIT
// Activations over rows of f32, a vector at a time.
//
// Error against activate_exactly, measured over all of [-100, 100] and held by the test:
//   gelu, gelu_tanh      |error| <= 2^-22 |x|: where they are tiny themselves, only x says how
//                        large an error is
//   silu, sigmoid, tanh  at most 4 units in the last place; below -80, where e^-x leaves f32,
//                        at most 1e-33
//   none, relu           exact
#pragma once

#include <span>

#include "engine/kernels/activation.h"
#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// In place, over one row.
void activate_row(Activation activation, std::span<float> row);
/// y[i] = activation(y[i]) + residual[i]: what a product's epilogue does to a row of its tile.
void activate_and_add_row(Activation activation, std::span<float> row, const float* residual);

/// y = activation(x), element by element over dense memory; x and y may be the same.
void activate(Activation activation, std::span<const float> x, std::span<float> y, int threads);

}  // namespace assay::kernels
