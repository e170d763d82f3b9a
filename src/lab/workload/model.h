// SPDX-License-Identifier: MIT
// A whole model on a device: one call is one forward pass for given sizes.
#pragma once

#include <memory>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition model_workload(std::shared_ptr<const backend::Registry> devices);

}  // namespace assay::workload
