// SPDX-License-Identifier: MIT
// Weights that are positive and sum to one.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& softmax_op();

}  // namespace assay::graph
