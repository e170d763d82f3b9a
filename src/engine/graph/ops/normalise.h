// SPDX-License-Identifier: MIT
// Pictures from rows of pixels to normalised planes of channels.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& normalise_op();

}  // namespace assay::graph
