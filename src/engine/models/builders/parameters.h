// SPDX-License-Identifier: MIT
// How many numbers a model learned, as papers and model cards count them: the elements of all
// weights of its graph, but for those that were calculated or measured (rotary frequencies, the
// running statistics of batch norms).
#pragma once

#include <cstdint>

#include "engine/graph/graph.h"

namespace assay::models {

std::int64_t parameter_count(const graph::Graph& graph);

}  // namespace assay::models
