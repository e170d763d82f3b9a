// SPDX-License-Identifier: MIT
// Pictures at another size, bilinear, with or without antialiasing.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& resize_op();

}  // namespace assay::graph
