// SPDX-License-Identifier: MIT
// A projection into heads of unequal widths, in four ways that give the same outputs:
//   per_head    one product per head, one after the other
//   per_group   heads of equal width that stand together are one wider product
//   padded_max  every head padded to the widest: one product, some of it wasted
//   batched     one product per head, heads divided among the threads
// All are normalised by the useful multiply-adds.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition hetero_gemm_workload();

}  // namespace assay::workload
