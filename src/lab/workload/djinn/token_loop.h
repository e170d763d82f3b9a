// SPDX-License-Identifier: MIT
// The workload `token_loop`: a client that asks a server for one token after the other, and what
// the server's plan cache does for it. The seed's third ablation, on the server's own counters.
#pragma once

#include <memory>
#include <string>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// `program`: of which `djinnd` is a command; empty: servers are threads of this process.
WorkloadDefinition token_loop_workload(std::shared_ptr<const backend::Registry> devices,
                                       std::string program);

}  // namespace assay::workload
