// SPDX-License-Identifier: MIT
// Products of matrices, one for each index of the leading axes.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& matmul_op();

}  // namespace assay::graph
