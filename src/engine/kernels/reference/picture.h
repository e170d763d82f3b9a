// SPDX-License-Identifier: MIT
// The reference preprocessing of pictures, [B, H, W, C] in u8 or f32.
#pragma once

#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// Bilinear to the height and width of y, with half-pixel centres. With antialias the triangle
/// filter widens by the factor by which the picture shrinks, as PIL's does, without rounding
/// between the axes.
void resize_reference(const ConstAnyView& x, bool antialias, const AnyView& y);

/// What the pixels of one output coordinate weigh: `weights` of the pixels from `first` on.
struct Taps {
  std::int64_t first = 0;
  std::vector<double> weights;
};
/// The taps of every coordinate of an axis that goes from `from` pixels to `to`.
std::vector<Taps> resize_taps(std::int64_t from, std::int64_t to, bool antialias);

/// y[b, c, i, j] = (x[b, i, j, c] factor - mean[c]) / deviation[c].
struct Normalisation {
  double factor = 1;
  std::span<const double> mean;
  std::span<const double> deviation;
};
void normalise_reference(const ConstAnyView& x, const Normalisation& normalisation,
                         const AnyView& y);

}  // namespace assay::kernels
