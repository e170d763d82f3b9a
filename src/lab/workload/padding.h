// SPDX-License-Identifier: MIT
// The same mathematics at a logical width, calculated at a larger physical one. Whether padding and
// slicing are inside the timed region is a factor; the scale of attention is that of the logical
// width; the answer is compared with the unpadded reference.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition padding_workload();

}  // namespace assay::workload
