// SPDX-License-Identifier: MIT
// Goes wrong on purpose, in every way that a trial can: what the isolation of trials, the statuses
// and resuming are tested with. Never part of a measurement.
#pragma once

#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition misbehaving_workload();

}  // namespace assay::workload
