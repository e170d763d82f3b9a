// SPDX-License-Identifier: MIT
// Scaled dot-product attention over whole sequences.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& attention_op();

}  // namespace assay::graph
