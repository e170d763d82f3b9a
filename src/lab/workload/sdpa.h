// SPDX-License-Identifier: MIT
// Scaled dot-product attention by one of several implementations. The scale is a factor of its own.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition sdpa_workload();

}  // namespace assay::workload
