// SPDX-License-Identifier: MIT
// Product, element by element.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& multiply_op();

}  // namespace assay::graph
