// SPDX-License-Identifier: MIT
// The workload `served`: the same task done in this process and by a server in several manners, and
// by the server with one of its features off. docs/concepts/overhead.md says what each one is.
#pragma once

#include <memory>
#include <string>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// `program`: of which `djinnd` is a command; empty: servers are threads of this process.
WorkloadDefinition served_workload(std::shared_ptr<const backend::Registry> devices,
                                   std::string program);

}  // namespace assay::workload
