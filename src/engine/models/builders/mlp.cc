// SPDX-License-Identifier: MIT
#include "engine/models/builders/mlp.h"

#include "engine/models/builders/layers.h"

namespace assay::models {

graph::Graph build_mlp(const MlpConfig& config) {
  graph::Graph graph;
  graph::NodeId x = graph.input("x", tensor::DType::kF32, {"batch", config.input});
  std::int64_t width = config.input;
  for (std::size_t i = 0; i < config.hidden.size(); ++i) {
    x = linear(graph, x, format("layers.{}", i), width, config.hidden[i]);
    x = graph.op("activation", {x}, {{"kind", config.activation}});
    width = config.hidden[i];
  }
  x = linear(graph, x, "head", width, config.output);
  if (config.ends_in_softmax) x = graph.op("softmax", {x});
  graph.output("y", x);
  return graph;
}

}  // namespace assay::models
