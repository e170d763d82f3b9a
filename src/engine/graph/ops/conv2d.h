// SPDX-License-Identifier: MIT
// Two-dimensional convolution with bias, residual and activation.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& conv2d_op();

}  // namespace assay::graph
