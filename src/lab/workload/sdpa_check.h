// SPDX-License-Identifier: MIT
// Is this tensor the attention of those three? Every element against fp64 where that is cheap;
// else a sample of query rows exactly, and every element against the other of our two kernels.
#pragma once

#include <cstdint>

#include "engine/kernels/cpu/sdpa.h"
#include "lab/workload/workload.h"

namespace assay::workload {

struct SdpaAnswer {
  kernels::SdpaInputs inputs;
  kernels::SdpaOptions options;
  tensor::TensorView<const float> out;  ///< Said to be the attention of the inputs.
  kernels::SdpaKernel other = kernels::SdpaKernel::kMath;  ///< The kernel that did not make it.
};

/// How much a check may calculate, in multiply-adds.
struct SdpaCheckBudget {
  double exact = 5e7;   ///< In fp64, about 50 ms.
  double other = 2e10;  ///< By the other kernel, about 0.3 s on two threads; beyond: not compared.
};

Result<Verdict> check_sdpa(const SdpaAnswer& answer, std::uint64_t seed,
                           const SdpaCheckBudget& budget = {});

}  // namespace assay::workload
