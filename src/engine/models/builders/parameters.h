// SPDX-License-Identifier: MIT
// How many numbers a model learned: the elements of all weights of its graph.
#pragma once

#include <cstdint>

#include "engine/graph/graph.h"

namespace assay::models {

std::int64_t parameter_count(const graph::Graph& graph);

}  // namespace assay::models
