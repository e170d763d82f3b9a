// SPDX-License-Identifier: MIT
// Sum, mean or largest element over some axes, which go away.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& reduce_op();

}  // namespace assay::graph
