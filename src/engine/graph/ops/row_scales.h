// SPDX-License-Identifier: MIT
// The scales with which the rows of a weight fit into 8-bit integers.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& row_scales_op();

}  // namespace assay::graph
