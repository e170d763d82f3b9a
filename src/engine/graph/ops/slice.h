// SPDX-License-Identifier: MIT
// A run of indexes of one axis.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& slice_op();

}  // namespace assay::graph
