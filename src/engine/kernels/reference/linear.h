// SPDX-License-Identifier: MIT
// The reference layers: product with a weight, bias, activation, residual.
#pragma once

#include "engine/kernels/activation.h"
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// What is done to the product x weight^T: activation(product + bias) + residual.
struct LayerEpilogue {
  ConstAnyView bias;  ///< [n], or no data.
  Activation activation = Activation::kNone;
  ConstAnyView residual;  ///< Of y's shape, or no data.
};

/// x is [..., k], the weight [n, k] of any dtype, y [..., n].
void linear_reference(const ConstAnyView& x, const ConstAnyView& weight,
                      const LayerEpilogue& epilogue, const AnyView& y);

enum class QuantisedMode : std::uint8_t {
  kWeightOnly,  ///< x as it is.
  kDynamic,     ///< Each row of x rounded to i8 with its own scale.
};

/// The weight is i8 [n, k]; row j counts in units of scales[j].
void quantised_linear_reference(const ConstAnyView& x, const ConstAnyView& weight,
                                const ConstAnyView& scales, QuantisedMode mode,
                                const LayerEpilogue& epilogue, const AnyView& y);

}  // namespace assay::kernels
