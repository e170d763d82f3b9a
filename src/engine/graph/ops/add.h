// SPDX-License-Identifier: MIT
// Sum, element by element.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& add_op();

}  // namespace assay::graph
