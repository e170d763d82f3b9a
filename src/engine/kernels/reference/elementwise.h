// SPDX-License-Identifier: MIT
// The reference kernels that calculate each element on its own.
#pragma once

#include "engine/kernels/activation.h"
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// a + b and a * b; shapes broadcast to that of y as in numpy, aligned at the last axis.
void add_reference(const ConstAnyView& a, const ConstAnyView& b, const AnyView& y);
void multiply_reference(const ConstAnyView& a, const ConstAnyView& b, const AnyView& y);
void scale_reference(const ConstAnyView& x, double factor, const AnyView& y);
void activation_reference(const ConstAnyView& x, Activation kind, const AnyView& y);

}  // namespace assay::kernels
