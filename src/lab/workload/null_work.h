// SPDX-License-Identifier: MIT
// Does nothing: what the instrument itself costs, shown in every report.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition null_workload();

}  // namespace assay::workload
