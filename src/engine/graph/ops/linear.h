// SPDX-License-Identifier: MIT
// A layer: product with a weight, bias, activation, residual.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& linear_op();

}  // namespace assay::graph
