// SPDX-License-Identifier: MIT
// Tensors one behind the other along one axis.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& concat_op();

}  // namespace assay::graph
