// SPDX-License-Identifier: MIT
// One row of each sequence of a batch: the last valid token of a prompt.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& take_rows_op();

}  // namespace assay::graph
