// SPDX-License-Identifier: MIT
// The same elements, in the same order, under another shape.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& reshape_op();

}  // namespace assay::graph
