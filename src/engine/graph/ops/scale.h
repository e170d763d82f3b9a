// SPDX-License-Identifier: MIT
// Every element times one number.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& scale_op();

}  // namespace assay::graph
