// SPDX-License-Identifier: MIT
// Copies between any strides and types: permute, slice, broadcast, concat and cast are all one copy
// whose views have been turned, narrowed or repeated before.
#pragma once

#include <span>

#include "engine/tensor/any_view.h"

namespace assay::kernels {

/// The elements of `from` into `to`, of the same shape; another type is converted as
/// tensor::store_element does. The memories do not overlap.
void copy(const tensor::ConstAnyView& from, const tensor::AnyView& to, int threads);

/// The parts, one after another along `axis`, into `to`. Checked: other extents are equal, and
/// those of the axis add up.
void concat(std::span<const tensor::ConstAnyView> parts, int axis, const tensor::AnyView& to,
            int threads);

}  // namespace assay::kernels
