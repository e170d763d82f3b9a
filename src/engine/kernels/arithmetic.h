// SPDX-License-Identifier: MIT
// In which element types this machine, with this build, can calculate. Asked of the CPU when the
// program runs; a type that is missing is "unsupported" with the reason, never silently another.
#pragma once

#include <optional>
#include <string>

#include "engine/tensor/dtype.h"

namespace assay::kernels {

/// What the CPU says about itself (cpuid); all false on an architecture we do not ask.
struct CpuFeatures {
  bool is_known = false;
  bool avx2_fma = false;
  bool avx512 = false;
  bool f16_conversion = false;  ///< F16C: half precision can be stored and converted.
  bool f16_arithmetic = false;  ///< AVX512-FP16
  bool bf16_dot = false;        ///< AVX512-BF16
  bool amx_bf16 = false;
};
CpuFeatures cpu_features();

/// Why matrix products in `dtype` cannot be had on a machine with `features`; nothing if they can.
std::optional<std::string> missing_arithmetic(tensor::DType dtype, const CpuFeatures& features);

}  // namespace assay::kernels
