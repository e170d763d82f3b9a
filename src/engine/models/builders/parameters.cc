// SPDX-License-Identifier: MIT
#include "engine/models/builders/parameters.h"

namespace assay::models {

std::int64_t parameter_count(const graph::Graph& graph) {
  std::int64_t sum = 0;
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
    std::int64_t count = 1;
    for (const graph::Extent& extent : graph.node(id).shape) {
      count *= std::get<std::int64_t>(extent);  // A weight's extents are never names.
    }
    sum += count;
  }
  return sum;
}

}  // namespace assay::models
