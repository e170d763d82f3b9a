// SPDX-License-Identifier: MIT
#include "engine/models/builders/mlp.h"

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {

MlpConfig mlp_of_seed_sweep(std::int64_t input, std::vector<std::int64_t> hidden,
                            std::int64_t output) {
  if (hidden.size() > 1) hidden.pop_back();
  return {.input = input, .hidden = std::move(hidden), .output = output};
}

Result<graph::Graph> build_mlp(const MlpConfig& config) {
  ASSAY_TRY_VOID(
      check_sizes("mlp", {{"input", config.input},
                          {"output", config.output},
                          {"number of hidden widths", std::ssize(config.hidden), 0, kDepthMax}}));
  graph::Graph graph;
  graph::NodeId x = graph.input("x", tensor::DType::kF32, {"batch", config.input});
  std::int64_t width = config.input;
  for (std::size_t i = 0; i < config.hidden.size(); ++i) {
    ASSAY_TRY_VOID(check_sizes("mlp", {{"hidden width", config.hidden[i]}}));
    x = linear(graph, x, format("layers.{}", i), width, config.hidden[i]);
    x = activation(graph, x, config.activation);
    width = config.hidden[i];
  }
  x = linear(graph, x, "head", width, config.output);
  if (config.ends_in_softmax) x = graph.op("softmax", {x});
  graph.output("y", x);
  return graph;
}

}  // namespace assay::models
