// SPDX-License-Identifier: MIT
// The largest element of each window.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& max_pool2d_op();

}  // namespace assay::graph
