// SPDX-License-Identifier: MIT
// How many agents a server holds at once within an SLO: the density of the ablations. The server,
// its model, the sessions and their budget are real; only the tools are times to wait for.
//
// A process of the run searches the largest population that keeps the SLO under its own draws; a
// call is then one window of that many agents. So the density is one number for each process, what
// is published is over processes, and every percentile is of populations of that very size.
#pragma once

#include <memory>
#include <string>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// `program`: of which `djinnd` is a command; empty: servers are threads of this process.
WorkloadDefinition agents_workload(std::shared_ptr<const backend::Registry> devices,
                                   std::string program);

}  // namespace assay::workload
