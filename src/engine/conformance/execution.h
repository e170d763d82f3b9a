// SPDX-License-Identifier: MIT
// One case on one device, run as often as a case runs, with guard zones around every tensor.
#pragma once

#include "engine/backend/device.h"
#include "engine/conformance/model_case.h"

namespace assay::conformance {

/// Outputs and states as a run left them; none where it had to fail.
using RunResults = std::vector<tensor::HostTensor>;

/// The results of every run. An error where one failed that must not, the other way round, or
/// something was written that is not the device's: a guard zone, an input.
Result<std::vector<RunResults>> execute(const ModelCase& model, backend::Device& device,
                                        const backend::CompileOptions& options);

/// What the device says it cannot do of the case; nothing where it can.
Result<std::optional<std::string>> lacks_of(const ModelCase& model, const backend::Device& device);

}  // namespace assay::conformance
