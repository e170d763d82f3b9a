// SPDX-License-Identifier: MIT
// Layers one after another: linear and an activation for each hidden width, a linear to the output,
// softmax where asked. Input x [batch, input].
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace assay::models {

struct MlpConfig {
  std::int64_t input = 512;
  std::vector<std::int64_t> hidden{512, 512};
  std::int64_t output = 128;
  std::string activation = "tanh";
  bool ends_in_softmax = true;
};

graph::Graph build_mlp(const MlpConfig& config);

}  // namespace assay::models
