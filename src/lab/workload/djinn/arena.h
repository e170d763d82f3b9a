// SPDX-License-Identifier: MIT
// How many sessions of so many tokens a device's memory holds, and what it wastes on them: an arena
// of a fixed size for each, or pages as tokens come. Nobody waits and nothing leaves the device; a
// call fills the memory until the server refuses, and empties it again.
#pragma once

#include <memory>
#include <string>

#include "engine/backend/registry.h"
#include "lab/workload/workload.h"

namespace assay::workload {

/// `program`: of which `djinnd` is a command; empty: servers are threads of this process.
WorkloadDefinition arena_workload(std::shared_ptr<const backend::Registry> devices,
                                  std::string program);

}  // namespace assay::workload
