// SPDX-License-Identifier: MIT
// A model whose weights take less memory: the weights of products and embeddings are stored in
// another dtype. Written as ops over the weights as they were, which constant folding calculates
// once; check_weights and seeded_weights see no difference.
//
//   ASSAY_TRY(Graph small, with_weight_storage(graph, {DType::kI8}));
#pragma once

#include "engine/graph/graph.h"

namespace assay::graph {

struct WeightStorage {
  DType dtype = DType::kF32;         ///< f32, f16, bf16 or i8.
  std::string mode = "weight_only";  ///< With i8: of quantised_linear.
};

/// Constants [n, k] in f32 that only linear and embedding read: 16 bits become a cast, i8 makes a
/// linear a quantised_linear with one scale a row. An embedding reads no i8: it keeps its table.
Result<Graph> with_weight_storage(const Graph& graph, const WeightStorage& storage);

}  // namespace assay::graph
