// SPDX-License-Identifier: MIT
// Rows brought to a mean square of 1, then scaled.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& rms_norm_op();

}  // namespace assay::graph
