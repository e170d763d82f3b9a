// SPDX-License-Identifier: MIT
// matmul -> scale -> softmax -> matmul, as models write attention out, becomes one attention op,
// which never holds all scores at once.
#pragma once

#include "engine/graph/types.h"

namespace assay::graph {

/// Recognises matmul(softmax(scale(matmul(q, k))), v) over [B, H, T, D]; the scale may be missing,
/// k and v may be stored transposed. The result is permuted to the axes that `attention` takes and
/// back; `identities` lets those permutations cancel against the model's own.
Result<Graph> attention_pass(const Graph& graph, const Bindings& bindings);

}  // namespace assay::graph
