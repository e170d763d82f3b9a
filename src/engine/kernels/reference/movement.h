// SPDX-License-Identifier: MIT
// The reference kernels that move elements and calculate nothing.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// Element i of x in row-major order becomes element i of y, rounded to y's dtype: a reshape, a
/// cast, a copy out of any strides.
void copy_reference(const ConstAnyView& x, const AnyView& y);
/// Axis i of y is axis axes[i] of x.
void permute_reference(const ConstAnyView& x, std::span<const std::int64_t> axes, const AnyView& y);
/// The indexes of one axis from `first` on, as many as y has.
void slice_reference(const ConstAnyView& x, int axis, std::int64_t first, const AnyView& y);
/// x's extents of 1 repeated to those of y.
void broadcast_reference(const ConstAnyView& x, const AnyView& y);
void concat_reference(std::span<const ConstAnyView> parts, int axis, const AnyView& y);

}  // namespace assay::kernels
