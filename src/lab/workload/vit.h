// SPDX-License-Identifier: MIT
// The ViT study's unit of work: batches of pictures through the pipeline and the model. One call is
// one run of the pipeline over all its batches.
#pragma once

#include <memory>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

WorkloadDefinition vit_workload(std::shared_ptr<const backend::Registry> devices);

}  // namespace assay::workload
