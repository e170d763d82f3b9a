// SPDX-License-Identifier: MIT
// Half precision and bfloat16 to and from f32, one number at a time, bit for bit as IEEE 754 says:
// round to nearest even, subnormals kept, infinities and NaNs preserved. Kernels use the machine's
// own conversions where it has them; this is what they are tested against.
#pragma once

#include "engine/tensor/dtype.h"

namespace assay::tensor {

float to_float(Half value);
float to_float(Bfloat16 value);
Half to_half(float value);  ///< Beyond 65504 by half a unit or more: infinity.
Bfloat16 to_bfloat16(float value);

}  // namespace assay::tensor
