// SPDX-License-Identifier: MIT
// Rows of a table by their numbers. The table is dense memory in f32, f16 or bf16, or a packed
// weight, so that a head that is tied to the embedding needs no second copy of it.
#pragma once

#include "core/result.h"
#include "engine/kernels/cpu/packed_weight.h"

namespace assay::kernels {

/// y[..., :] = table[ids[...], :]. The table is [V, D] with contiguous rows, ids any shape and
/// strides, y the same shape and [D] more. A user error names an id outside [0, V); y is then
/// partly written, the table never read outside.
Result<void> embedding(const tensor::ConstAnyView& table,
                       tensor::TensorView<const std::int32_t> ids, tensor::TensorView<float> y,
                       int threads);
/// The table is the weight [V, D] as it was before it was packed.
Result<void> embedding(const PackedWeight& table, tensor::TensorView<const std::int32_t> ids,
                       tensor::TensorView<float> y, int threads);

/// y[b, :] = x[b, rows[b], :] of x [B, T, D]. The same error for a row outside [0, T).
Result<void> take_rows(tensor::TensorView<const float> x,
                       tensor::TensorView<const std::int32_t> rows, tensor::TensorView<float> y);

}  // namespace assay::kernels
