// SPDX-License-Identifier: MIT
// Reference softmax over the last axis.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

void softmax_reference(const ConstAnyView& x, const AnyView& y);

/// In place, over one row; the largest element is subtracted first, so that none overflows.
void softmax_row(std::span<double> row);

}  // namespace assay::kernels
