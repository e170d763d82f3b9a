// SPDX-License-Identifier: MIT
// Rows brought to mean 0 and variance 1, then scaled and shifted.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& layer_norm_op();

}  // namespace assay::graph
