// SPDX-License-Identifier: MIT
// A weight rounded to 8-bit integers with one scale a row.
#pragma once

#include "engine/graph/op.h"

namespace assay::graph {

const OpDefinition& quantise_rows_op();

}  // namespace assay::graph
