// SPDX-License-Identifier: MIT
// The reference rounding of rows to 8-bit integers: each row has one scale, the largest magnitude
// becomes 127.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// max|row| / 127, rounded to f32 as every kernel holds it.
double row_scale(std::span<const double> row);
/// value / scale to nearest even, within -127 and 127; 0 where the scale is 0.
double quantised(double value, double scale);

/// y[i] = row_scale(weight[i, :]).
void row_scales_reference(const ConstAnyView& weight, const AnyView& y);
/// y[i, j] = quantised(weight[i, j], scales[i]).
void quantise_rows_reference(const ConstAnyView& weight, const ConstAnyView& scales,
                             const AnyView& y);

}  // namespace assay::kernels
