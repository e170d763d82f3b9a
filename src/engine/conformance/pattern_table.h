// SPDX-License-Identifier: MIT
// Small models with what the passes look for, as builders write it, and close relatives that a pass
// has to leave alone. Run in every mode and without each pass.
#pragma once

#include "engine/conformance/model_case.h"

namespace assay::conformance {

std::vector<ModelCase> pattern_table();

}  // namespace assay::conformance
