// SPDX-License-Identifier: MIT
// Positions as rotations of pairs of elements.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& rotary_op();

}  // namespace assay::graph
