// SPDX-License-Identifier: MIT
// Runs of numbers from one type of storage to another: f32, f16 and bf16 with the machine's own
// conversions where it has them, bit for bit as tensor/half.h (NaNs stay NaNs; their bits may
// vary).
#pragma once

#include <cstdint>

#include "engine/tensor/dtype.h"

namespace assay::kernels {

bool is_convertible(tensor::DType from, tensor::DType to);
/// `count` adjacent elements; the types are convertible. The memories do not overlap.
void convert_run(const void* from, tensor::DType from_type, void* to, tensor::DType to_type,
                 std::int64_t count);

}  // namespace assay::kernels
