// SPDX-License-Identifier: MIT
// The same numbers in another element type.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& cast_op();

}  // namespace assay::graph
