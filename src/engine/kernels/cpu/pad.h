// SPDX-License-Identifier: MIT
// Copies a matrix into the top left corner of a larger one and fills the rest with zeros; with the
// roles of corner and whole exchanged it is the slice that takes the padding off again.
#pragma once

#include "engine/tensor/tensor_view.h"

namespace assay::kernels {

/// `to` has at least the rows and columns of `from`; both have contiguous rows.
void pad(tensor::TensorView<const float> from, tensor::TensorView<float> to, int threads);

}  // namespace assay::kernels
