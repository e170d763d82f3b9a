// SPDX-License-Identifier: MIT
// Channels normalised by statistics that training found.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& batch_norm_op();

}  // namespace assay::graph
