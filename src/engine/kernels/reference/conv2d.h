// SPDX-License-Identifier: MIT
// The reference convolution: every output pixel by itself.
#pragma once

#include <array>

#include "engine/kernels/activation.h"
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// Vertical, horizontal.
struct Conv2dOptions {
  std::array<std::int64_t, 2> stride{1, 1};
  std::array<std::int64_t, 2> padding{0, 0};
  std::array<std::int64_t, 2> dilation{1, 1};
  std::int64_t groups = 1;
  Activation activation = Activation::kNone;
};

struct Conv2dInputs {
  ConstAnyView x;         ///< [B, C, H, W]
  ConstAnyView weight;    ///< [O, C / groups, kh, kw]
  ConstAnyView bias;      ///< [O], or no data.
  ConstAnyView residual;  ///< Of y's shape, or no data.
};

/// y = activation(conv + bias + residual).
void conv2d_reference(const Conv2dInputs& inputs, const Conv2dOptions& options, const AnyView& y);

}  // namespace assay::kernels
