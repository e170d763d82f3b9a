// SPDX-License-Identifier: MIT
// The same elements with their axes in another order.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& permute_op();

}  // namespace assay::graph
