// SPDX-License-Identifier: MIT
// A function of each element: relu, gelu and their kin.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& activation_op();

}  // namespace assay::graph
