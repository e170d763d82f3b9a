// SPDX-License-Identifier: MIT
// What `assay worker` does: measures the trials that arrive on one descriptor and answers each with
// its record on another, until the runner closes its end.
#pragma once

#include <string>

#include "core/result.h"
#include "lab/workload/registry.h"

namespace assay::worker {

/// An Error only where the conversation itself fails; a trial never does.
Result<void> serve(int in, int out, const workload::WorkloadRegistry& workloads,
                   const std::string& build);

}  // namespace assay::worker
