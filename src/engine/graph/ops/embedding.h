// SPDX-License-Identifier: MIT
// Rows of a table, by their numbers.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& embedding_op();

}  // namespace assay::graph
