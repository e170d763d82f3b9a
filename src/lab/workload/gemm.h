// SPDX-License-Identifier: MIT
// One matrix product: logical sizes, leading dimensions, base offset and transposes are factors of
// their own, so that "alignment of what" can be answered.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition gemm_workload();

}  // namespace assay::workload
