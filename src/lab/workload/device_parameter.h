// SPDX-License-Identifier: MIT
// The parameter `device` of workloads that run models: a backend by name, known when the experiment
// is planned.
#pragma once

#include <memory>

#include "engine/backend/registry.h"
#include "lab/spec/vocabulary.h"

namespace assay::workload {

spec::Parameter device_parameter(std::shared_ptr<const backend::Registry> devices);

}  // namespace assay::workload
