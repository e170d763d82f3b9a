// SPDX-License-Identifier: MIT
// Extents of 1 repeated until a tensor has another's shape.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& broadcast_op();

}  // namespace assay::graph
