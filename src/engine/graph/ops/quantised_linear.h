// SPDX-License-Identifier: MIT
// A layer whose weight is held in 8-bit integers with one scale a row.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& quantised_linear_op();

}  // namespace assay::graph
