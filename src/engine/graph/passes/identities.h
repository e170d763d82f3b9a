// SPDX-License-Identifier: MIT
// Ops that change nothing go away: scale by 1, a cast to the same dtype, a reshape to the same
// shape, a permutation that leaves every axis where it was, a concat of one, a slice of everything,
// a broadcast to the same shape. A reshape of a reshape, and a permute of a permute, become one.
#pragma once

#include "engine/graph/types.h"

namespace assay::graph {

/// An output stays the result of an op: one whose value is an input or a weight keeps its op.
Result<Graph> identities_pass(const Graph& graph, const Bindings& bindings);

}  // namespace assay::graph
