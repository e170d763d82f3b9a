// SPDX-License-Identifier: MIT
// Reference reductions over some axes, which y does not have.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

enum class Reduction : std::uint8_t { kSum, kMean, kMax };

/// `axes` count from the front, each once.
void reduce_reference(const ConstAnyView& x, Reduction kind, std::span<const std::int64_t> axes,
                      const AnyView& y);

}  // namespace assay::kernels
